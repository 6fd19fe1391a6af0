//! A template's tree with what is constant worked out: a condition becomes its branch, an action its text, an argument its
//! value. What fails is left, so that it fails where it is rendered.

use std::sync::{Arc, Mutex, PoisonError};

use gotmpl::parse::{ActionNode, BranchNode, CommandNode, Expr, ListNode, Node, Number, PipeNode, Pos, TextNode};
use gotmpl::{FuncMap, Value as Go};

use super::constant::{Dot, Known, single_variables};
use crate::template::output::Bounded;
use crate::template::rewrite::MAIN;

/// Takes a value out of a rendering. No template can spell this name.
const TAKE: &str = "(take)";

/// The tree with all worked out that depends on these parts of the data alone.
pub(super) fn fold(template: &gotmpl::Template, tree: &ListNode, shared: &Go) -> ListNode {
    let mut tree = tree.clone();
    let single = single_variables(&mut tree);
    let taken = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&taken);
    let take = move |args: &[Go]| {
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = args.first().cloned();
        Ok(Go::String(Arc::from("")))
    };
    let mut functions = FuncMap::new();
    functions.insert(TAKE.to_owned(), Arc::new(take));
    let known = Known { shared, single: &single, variables: std::collections::BTreeSet::new() };
    let mut folder = Folder { engine: template.clone().funcs(functions), taken, known, declared: Vec::new() };
    folder.list(&mut tree, Dot::Data);
    tree
}

struct Folder<'a> {
    engine: gotmpl::Template,
    taken: Arc<Mutex<Option<Go>>>,
    known: Known<'a>,
    /// The declarations of the known variables, which whatever is worked out stands below.
    declared: Vec<Node>,
}

impl Folder<'_> {
    fn list(&mut self, list: &mut ListNode, dot: Dot) {
        let (variables, declared) = (self.known.variables.clone(), self.declared.len());
        let mut folded = Vec::with_capacity(list.nodes.len());
        for node in std::mem::take(&mut list.nodes) {
            self.node(node, dot, &mut folded);
        }
        list.nodes = folded;
        self.known.variables = variables;
        self.declared.truncate(declared);
    }

    fn node(&mut self, mut node: Node, dot: Dot, out: &mut Vec<Node>) {
        if self.known.prints_constant(&node, dot)
            && let Some(text) = self.text(&node)
        {
            return print(out, position(&node), text);
        }
        match &mut node {
            Node::Action(action) if !action.pipe.decl.is_empty() => {
                if self.known.declare(&action.pipe, dot) {
                    self.declared.push(node.clone());
                } else {
                    self.arguments(&mut action.pipe, dot);
                }
            }
            Node::Text(_) | Node::Break(_) | Node::Continue(_) | Node::Define(_) => {}
            Node::Template(call) => call.pipe.iter_mut().for_each(|pipe| self.arguments(pipe, dot)),
            Node::List(list) => self.list(list, dot),
            Node::If(branch) if self.known.pipe(&branch.pipe, dot) => {
                if let Some(condition) = self.value(&branch.pipe) {
                    let taken = if condition.is_truthy() {
                        Some(std::mem::replace(&mut branch.body, nothing(branch.pos)))
                    } else {
                        branch.else_body.take()
                    };
                    return self.taken_branch(taken, dot, out);
                }
            }
            Node::Action(action) => self.arguments(&mut action.pipe, dot),
            Node::If(branch) => self.branch(branch, dot, dot),
            Node::With(branch) | Node::Range(branch) => self.branch(branch, dot, Dot::Other),
        }
        append(out, node);
    }

    /// Folds both branches of a condition that is not known.
    fn branch(&mut self, branch: &mut BranchNode, dot: Dot, inside: Dot) {
        self.arguments(&mut branch.pipe, dot);
        self.list(&mut branch.body, inside);
        branch.else_body.iter_mut().for_each(|list| self.list(list, dot));
    }

    /// Puts the branch that a known condition takes in the condition's place.
    fn taken_branch(&mut self, branch: Option<ListNode>, dot: Dot, out: &mut Vec<Node>) {
        let Some(mut list) = branch else { return };
        self.list(&mut list, dot);
        // What a branch declares is not known behind it.
        let declares = list.nodes.iter().any(|node| matches!(node, Node::Action(action) if !action.pipe.decl.is_empty()));
        if declares {
            let pos = list.pos;
            let always = PipeNode {
                pos,
                decl: Vec::new(),
                commands: vec![CommandNode { pos, args: vec![Expr::Bool(pos, true)] }],
                is_assign: false,
            };
            return out.push(Node::If(BranchNode { pos, pipe: always, body: list, else_body: None }));
        }
        list.nodes.into_iter().for_each(|node| append(out, node));
    }

    /// Folds what a pipeline's commands are given.
    fn arguments(&mut self, pipe: &mut PipeNode, dot: Dot) {
        let constant = (0..=pipe.commands.len()).rev().find(|n| self.known.commands(pipe.commands.get(..*n).unwrap_or_default(), dot));
        if let Some(count) = constant.filter(|n| *n > 0) {
            let pos = pipe.pos;
            let commands = pipe.commands.get(..count).unwrap_or_default().to_vec();
            let first = PipeNode { pos, decl: Vec::new(), commands, is_assign: false };
            if let Some(literal) = self.value(&first).and_then(|value| literal(pos, &value)).filter(|l| !matches!(l, Expr::Nil(_))) {
                pipe.commands.splice(..count, [CommandNode { pos, args: vec![literal] }]);
            }
        }
        for arg in pipe.commands.iter_mut().flat_map(|command| &mut command.args) {
            self.argument(arg, dot);
        }
    }

    fn argument(&mut self, expr: &mut Expr, dot: Dot) {
        match expr {
            Expr::Pipe(pos, pipe) => {
                let constant = self.known.pipe(pipe, dot);
                match constant.then(|| self.value(pipe)).flatten().and_then(|value| literal(*pos, &value)) {
                    Some(literal) => *expr = literal,
                    None => self.arguments(pipe, dot),
                }
            }
            Expr::Chain(_, inner, _) => self.argument(inner, dot),
            _ => {}
        }
    }

    /// The value of a pipeline; nothing where it fails.
    fn value(&self, pipe: &PipeNode) -> Option<Go> {
        let pos = pipe.pos;
        let mut pipe = pipe.clone();
        pipe.commands.push(CommandNode { pos, args: vec![Expr::Identifier(pos, TAKE.into())] });
        self.text(&Node::Action(ActionNode { pos, pipe }))?;
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// What a node prints; nothing where it fails.
    fn text(&self, node: &Node) -> Option<String> {
        let nodes = self.declared.iter().chain([node]).cloned().collect();
        let engine = self.engine.clone().add_parse_tree(MAIN, ListNode { pos: position(node), nodes });
        let mut out = Bounded(String::new());
        engine.execute_template_fmt(&mut out, MAIN, self.known.shared).ok().map(|()| out.0)
    }
}

fn nothing(pos: Pos) -> ListNode {
    ListNode { pos, nodes: Vec::new() }
}

/// A value as an expression, where it can be one.
fn literal(pos: Pos, value: &Go) -> Option<Expr> {
    match value {
        Go::Nil => Some(Expr::Nil(pos)),
        Go::Bool(b) => Some(Expr::Bool(pos, *b)),
        Go::Int(n) => Some(Expr::Number(pos, Number::Int(*n))),
        Go::Float(f) => Some(Expr::Number(pos, Number::Float(*f))),
        Go::String(text) => Some(Expr::String(pos, Arc::clone(text))),
        _ => None,
    }
}

/// Adds a node; a text joins the one before it.
fn append(out: &mut Vec<Node>, node: Node) {
    match node {
        Node::Text(text) => print(out, text.pos, text.text.to_string()),
        other => out.push(other),
    }
}

/// Prints a text, together with the text before it.
fn print(out: &mut Vec<Node>, pos: Pos, text: String) {
    match out.last_mut() {
        _ if text.is_empty() => {}
        Some(Node::Text(before)) => before.text = Arc::from(format!("{}{text}", before.text)),
        _ => out.push(Node::Text(TextNode { pos, text: Arc::from(text) })),
    }
}

fn position(node: &Node) -> Pos {
    match node {
        Node::List(list) => list.pos,
        Node::Text(text) => text.pos,
        Node::Action(action) => action.pos,
        Node::If(branch) | Node::Range(branch) | Node::With(branch) => branch.pos,
        Node::Template(call) => call.pos,
        Node::Define(define) => define.pos,
        Node::Break(pos) | Node::Continue(pos) => *pos,
    }
}
