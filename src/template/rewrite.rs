//! Methods: the engine's values have none, so a parsed template loses its trailing `.String` and `.GetValue`, and reads
//! `.GetX` as the field X (a field of nothing is nothing, as a getter's).

use gotmpl::parse::{CommandNode, Expr, ListNode, Node, PipeNode};

/// Replaces method calls by the fields that they read.
pub(super) fn rewrite(list: &mut ListNode) {
    visit(list, &mut |expr| match expr {
        Expr::Field(pos, fields) => {
            strip(fields);
            if fields.is_empty() {
                *expr = Expr::Dot(*pos);
            }
        }
        Expr::Variable(_, _, fields) => strip(fields),
        Expr::Chain(_, inner, fields) => {
            strip(fields);
            if fields.is_empty() {
                let inner = (**inner).clone();
                *expr = inner;
            }
        }
        _ => {}
    });
}

fn strip<S: AsRef<str> + for<'a> From<&'a str>>(fields: &mut Vec<S>) {
    fields.retain(|f| !matches!(f.as_ref(), "String" | "GetValue"));
    for field in fields.iter_mut() {
        let getter = field.as_ref().strip_prefix("Get").filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
        if let Some(name) = getter.map(str::to_owned) {
            *field = S::from(name.as_str());
        }
    }
}

/// The functions that a template calls and nobody knows, with their lines.
pub(super) fn unknown_functions(list: &ListNode, known: &dyn Fn(&str) -> bool, found: &mut Vec<(String, usize)>) {
    let mut list = list.clone();
    visit(&mut list, &mut |expr| {
        if let Expr::Identifier(pos, name) = expr
            && !known(name.as_ref())
        {
            found.push((name.to_string(), pos.line));
        }
    });
}

fn visit(list: &mut ListNode, f: &mut dyn FnMut(&mut Expr)) {
    for node in &mut list.nodes {
        match node {
            Node::List(list) => visit(list, f),
            Node::Action(action) => visit_pipe(&mut action.pipe, f),
            Node::If(branch) | Node::Range(branch) | Node::With(branch) => {
                visit_pipe(&mut branch.pipe, f);
                visit(&mut branch.body, f);
                if let Some(other) = &mut branch.else_body {
                    visit(other, f);
                }
            }
            Node::Template(call) => {
                if let Some(pipe) = &mut call.pipe {
                    visit_pipe(pipe, f);
                }
            }
            Node::Define(define) => visit(&mut define.body, f),
            Node::Text(_) | Node::Break(_) | Node::Continue(_) => {}
        }
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
