//! Which parts of a template depend on shared data alone.

use std::collections::{BTreeMap, BTreeSet};

use gotmpl::Value as Go;
use gotmpl::parse::{BranchNode, CommandNode, Expr, ListNode, Node, PipeNode};

use crate::template::rewrite::{FIELDS, pipes};

/// Functions whose result depends on more than their arguments, or that stand for more than a value.
const NOT_CONSTANT: &[&str] = &["render", "tpl", "include", "call", "fail"];

/// What the dot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dot {
    /// The template's data.
    Data,
    /// Something that depends on shared data alone.
    Constant,
    /// Anything else.
    Other,
}

/// What is known at a place of a template.
#[derive(Debug, Clone)]
pub(super) struct Known<'a> {
    /// The shared parts of the data.
    pub shared: &'a Go,
    /// Variables that have one value in the whole template.
    pub single: &'a BTreeSet<String>,
    /// Those of them that depend on shared data alone, as far as they are declared.
    pub variables: BTreeSet<String>,
}

impl Known<'_> {
    /// Whether a pipeline depends on shared data alone, and declares nothing.
    pub fn pipe(&self, pipe: &PipeNode, dot: Dot) -> bool {
        pipe.decl.is_empty() && self.commands(&pipe.commands, dot)
    }

    /// Whether commands depend on shared data alone.
    pub fn commands(&self, commands: &[CommandNode], dot: Dot) -> bool {
        commands.iter().all(|command| self.command(&command.args, dot))
    }

    fn command(&self, args: &[Expr], dot: Dot) -> bool {
        if let [Expr::Identifier(_, function), receiver, Expr::String(_, first), ..] = args
            && function.as_str() == FIELDS
        {
            let of_data = match receiver {
                Expr::Dot(_) => dot == Dot::Data,
                Expr::Variable(_, name, _) => name.as_str() == "$",
                _ => false,
            };
            if of_data {
                return matches!(self.shared, Go::Map(parts) if parts.contains_key(first));
            }
        }
        args.iter().all(|arg| self.expr(arg, dot))
    }

    fn expr(&self, expr: &Expr, dot: Dot) -> bool {
        match expr {
            Expr::Dot(_) => dot == Dot::Constant,
            Expr::Field(..) => false,
            Expr::Variable(_, name, _) => self.variables.contains(name.as_str()),
            Expr::Identifier(_, function) => !NOT_CONSTANT.contains(&function.as_str()),
            Expr::String(..) | Expr::Number(..) | Expr::Bool(..) | Expr::Nil(_) => true,
            Expr::Pipe(_, pipe) => self.pipe(pipe, dot),
            Expr::Chain(_, inner, _) => self.expr(inner, dot),
        }
    }

    /// Notes a declaration, if it depends on shared data alone.
    pub fn declare(&mut self, pipe: &PipeNode, dot: Dot) -> bool {
        let single = !pipe.is_assign && !pipe.decl.is_empty() && pipe.decl.iter().all(|name| self.single.contains(name.as_str()));
        let constant = single && self.commands(&pipe.commands, dot);
        if constant {
            self.variables.extend(pipe.decl.iter().map(ToString::to_string));
        }
        constant
    }

    /// Whether a node prints something that depends on shared data alone. Conditions are not asked: they become their branch.
    pub fn prints_constant(&self, node: &Node, dot: Dot) -> bool {
        match node {
            Node::Action(action) => self.pipe(&action.pipe, dot),
            Node::With(_) | Node::Range(_) => self.clone().node(node, dot),
            _ => false,
        }
    }

    /// Whether all that happens in a node depends on shared data alone.
    fn node(&mut self, node: &Node, dot: Dot) -> bool {
        match node {
            Node::Text(_) | Node::Break(_) | Node::Continue(_) => true,
            Node::Action(action) => self.pipe(&action.pipe, dot) || self.declare(&action.pipe, dot),
            Node::List(list) => self.list(list, dot),
            Node::If(branch) => self.branch(branch, dot, dot),
            Node::With(branch) | Node::Range(branch) => self.branch(branch, dot, Dot::Constant),
            Node::Template(_) | Node::Define(_) => false,
        }
    }

    fn branch(&mut self, branch: &BranchNode, dot: Dot, inside: Dot) -> bool {
        let before = self.variables.clone();
        let constant = (self.pipe(&branch.pipe, dot) || self.declare(&branch.pipe, dot))
            && self.list(&branch.body, inside)
            && branch.else_body.as_ref().is_none_or(|list| self.list(list, dot));
        self.variables = before;
        constant
    }

    fn list(&mut self, list: &ListNode, dot: Dot) -> bool {
        list.nodes.iter().all(|node| self.node(node, dot))
    }
}

/// The variables that a template declares in one place and never assigns.
pub(super) fn single_variables(list: &mut ListNode) -> BTreeSet<String> {
    let mut places = BTreeMap::new();
    pipes(list, &mut |pipe| count_pipe(pipe, &mut places));
    places.into_iter().filter(|(_, count)| *count == 1).map(|(name, _)| name).collect()
}

fn count_pipe(pipe: &PipeNode, places: &mut BTreeMap<String, usize>) {
    for name in &pipe.decl {
        // An assignment counts as a second place.
        *places.entry(name.to_string()).or_default() += if pipe.is_assign { 2 } else { 1 };
    }
    for arg in pipe.commands.iter().flat_map(|c| &c.args) {
        count_expr(arg, places);
    }
}

fn count_expr(expr: &Expr, places: &mut BTreeMap<String, usize>) {
    match expr {
        Expr::Pipe(_, pipe) => count_pipe(pipe, places),
        Expr::Chain(_, inner, _) => count_expr(inner, places),
        _ => {}
    }
}
