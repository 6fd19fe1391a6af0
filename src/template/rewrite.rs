//! A parsed template made to behave as Go has it: fields are read by our own function, which knows methods and nil
//! pointers, and what an action gives is printed by our own function, which knows Go's `%v`.

use std::sync::Arc;

use gotmpl::parse::{ActionNode, CommandNode, Expr, ListNode, Node, Number, PipeNode, Pos};

/// Reads fields and calls methods: the value, then their names. No template can spell this name.
pub(super) const FIELDS: &str = "(fields)";
/// Prints a value as an action does.
pub(super) const PRINT: &str = "(print)";
/// A dictionary with another value at a path: the dictionary, the value, the path's keys.
pub(super) const REPLACE: &str = "(replace)";
/// The functions that rewriting brings in.
pub(super) const OWN: [&str; 3] = [FIELDS, PRINT, REPLACE];
/// Notes the line that is rendered.
pub(super) const LINE: &str = "(line)";

/// What is printed behind a template's text. The engine takes the end of the text for a missing `end`, and a superfluous `end` for
/// the end of the text; Go refuses both. Only where neither happened is this the last node of the template.
pub(super) const LAST: &str = "end of the template's text";
/// The name under which the rewritten main template is kept.
pub(super) const MAIN: &str = "main template";

/// Replaces what the engine does differently from Go.
pub(super) fn rewrite(list: &mut ListNode) {
    change_dictionaries(list);
    visit(list, &mut |expr| {
        let (pos, receiver, fields) = match expr {
            Expr::Field(pos, fields) => (*pos, Expr::Dot(*pos), std::mem::take(fields)),
            Expr::Variable(pos, name, fields) if !fields.is_empty() => {
                let fields = std::mem::take(fields);
                (*pos, Expr::Variable(*pos, name.clone(), Vec::new()), fields)
            }
            Expr::Chain(pos, inner, fields) => (*pos, (**inner).clone(), std::mem::take(fields)),
            _ => return,
        };
        let names = fields.iter().map(|f| Expr::String(pos, Arc::from(f.as_str())));
        let args = [Expr::Identifier(pos, FIELDS.into()), receiver].into_iter().chain(names).collect();
        *expr = Expr::Pipe(pos, pipe(pos, args));
    });
    print_actions(list);
}

/// Whether a node is the one that parsing puts behind a template's text.
pub(super) fn prints_last(node: &Node) -> bool {
    let Node::Action(ActionNode { pipe, .. }) = node else { return false };
    matches!(pipe.commands.as_slice(), [command] if matches!(command.args.as_slice(), [Expr::String(_, text)] if **text == *LAST))
}

fn pipe(pos: Pos, args: Vec<Expr>) -> PipeNode {
    PipeNode { pos, decl: Vec::new(), commands: vec![CommandNode { pos, args }], is_assign: false }
}

/// Functions of sprig that change the dictionary that they are given first.
const CHANGING: &[&str] = &["set", "unset", "merge", "mustMerge", "mergeOverwrite", "mustMergeOverwrite"];

/// The dictionary that a command changes.
fn changed(command: &CommandNode) -> Option<&Expr> {
    match command.args.as_slice() {
        [Expr::Identifier(_, function), dictionary, ..] if CHANGING.contains(&function.as_str()) => Some(dictionary),
        _ => None,
    }
}

/// Values are immutable here, so the variable whose dictionary a command changes gets the new one first.
fn change_dictionaries(list: &mut ListNode) {
    let nodes = std::mem::take(&mut list.nodes);
    for mut node in nodes {
        children(&mut node, &mut change_dictionaries);
        if let Node::Action(action) = &mut node
            && let Some(command) = action.pipe.commands.first_mut()
            && let Some(dictionary @ Expr::Variable(_, variable, fields)) = changed(command).cloned().as_ref()
        {
            let pos = action.pos;
            let change = std::mem::replace(&mut command.args, vec![dictionary.clone()]);
            let whole = Expr::Variable(pos, variable.clone(), Vec::new());
            let path = fields.iter().map(|f| Expr::String(pos, Arc::from(f.as_str())));
            let new = [Expr::Identifier(pos, REPLACE.into()), whole, Expr::Pipe(pos, pipe(pos, change))].into_iter().chain(path);
            let pipe = PipeNode { decl: vec![variable.clone()], is_assign: true, ..pipe(pos, new.collect()) };
            list.nodes.push(Node::Action(ActionNode { pos, pipe }));
        }
        list.nodes.push(node);
    }
}

/// Lines where a dictionary is changed for its own sake that is no variable's: the change would be lost.
pub(super) fn lost_changes(list: &mut ListNode, found: &mut Vec<usize>) {
    let mut look = |node: &mut Node| {
        if let Node::Action(action) = node
            && matches!(action.pipe.decl.as_slice(), [name] if name.trim_start_matches('$') == "_")
            && let [command] = action.pipe.commands.as_slice()
            && matches!(changed(command), Some(Expr::Dot(_) | Expr::Field(..) | Expr::Chain(..)))
        {
            found.push(action.pos.line);
        }
    };
    each_node(list, &mut look);
}

fn each_node(list: &mut ListNode, f: &mut dyn FnMut(&mut Node)) {
    for node in &mut list.nodes {
        f(node);
        children(node, &mut |below| each_node(below, f));
    }
}

fn print_actions(list: &mut ListNode) {
    for node in &mut list.nodes {
        match node {
            Node::Action(action) if action.pipe.decl.is_empty() => {
                let pos = action.pos;
                action.pipe.commands.push(CommandNode { pos, args: vec![Expr::Identifier(pos, PRINT.into())] });
            }
            other => children(other, &mut print_actions),
        }
    }
}

/// The same template, which notes its lines while it renders: to say where a rendering failed.
pub(super) fn with_lines(list: &mut ListNode) {
    let nodes = std::mem::take(&mut list.nodes);
    for mut node in nodes {
        children(&mut node, &mut with_lines);
        let pos = match &node {
            Node::Action(action) => Some(action.pos),
            Node::If(branch) | Node::Range(branch) | Node::With(branch) => Some(branch.pos),
            Node::Template(call) => Some(call.pos),
            _ => None,
        };
        if let Some(pos) = pos {
            let line = Number::Int(i64::try_from(pos.line).unwrap_or(0));
            let pipe = pipe(pos, vec![Expr::Identifier(pos, LINE.into()), Expr::Number(pos, line)]);
            list.nodes.push(Node::Action(ActionNode { pos, pipe }));
        }
        list.nodes.push(node);
    }
}

/// The lists of nodes below a node.
fn children(node: &mut Node, f: &mut dyn FnMut(&mut ListNode)) {
    match node {
        Node::List(list) => f(list),
        Node::If(branch) | Node::Range(branch) | Node::With(branch) => {
            f(&mut branch.body);
            if let Some(other) = &mut branch.else_body {
                f(other);
            }
        }
        Node::Define(define) => f(&mut define.body),
        Node::Action(_) | Node::Template(_) | Node::Text(_) | Node::Break(_) | Node::Continue(_) => {}
    }
}

/// The functions that a template calls, with their lines.
pub(super) fn functions(list: &mut ListNode, found: &mut Vec<(String, usize)>) {
    visit(list, &mut |expr| {
        if let Expr::Identifier(pos, name) = expr {
            found.push((name.to_string(), pos.line));
        }
    });
}

fn visit(list: &mut ListNode, f: &mut dyn FnMut(&mut Expr)) {
    pipes(list, &mut |pipe| visit_pipe(pipe, f));
}

/// Visits the pipelines of a list's nodes and of those below them; not those within expressions.
pub(super) fn pipes(list: &mut ListNode, f: &mut dyn FnMut(&mut PipeNode)) {
    for node in &mut list.nodes {
        match node {
            Node::Action(action) => f(&mut action.pipe),
            Node::If(branch) | Node::Range(branch) | Node::With(branch) => f(&mut branch.pipe),
            Node::Template(call) => call.pipe.iter_mut().for_each(&mut *f),
            Node::List(_) | Node::Define(_) | Node::Text(_) | Node::Break(_) | Node::Continue(_) => {}
        }
        children(node, &mut |below| pipes(below, f));
    }
}

fn visit_pipe(pipe: &mut PipeNode, f: &mut dyn FnMut(&mut Expr)) {
    for CommandNode { args, .. } in &mut pipe.commands {
        args.iter_mut().for_each(|arg| visit_expr(arg, f));
    }
}

fn visit_expr(expr: &mut Expr, f: &mut dyn FnMut(&mut Expr)) {
    match expr {
        Expr::Pipe(_, pipe) => visit_pipe(pipe, f),
        Expr::Chain(_, inner, _) => visit_expr(inner, f),
        _ => {}
    }
    f(expr);
}
