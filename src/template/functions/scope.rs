//! What functions know of the rendering that calls them.

use std::cell::RefCell;
use std::sync::Arc;

use gotmpl::Value as Go;

use super::arguments::{Result, failed};
use crate::template::environment::Environment;
use crate::template::kinds;

/// What functions know of their run.
#[derive(Debug)]
pub(in crate::template) struct Scope {
    pub environment: Arc<Environment>,
}

/// A function that asks its run for something.
pub(in crate::template) type Scoped = fn(&Arc<Scope>, &[Go]) -> Result;
/// How deep templates may render templates.
const MAX_DEPTH: usize = 16;

thread_local! {
    /// The data of the rendering under way, for `render`, and how deep it is.
    static RENDERING: RefCell<(Option<Go>, usize)> = const { RefCell::new((None, 0)) };
}

/// Runs a rendering; `render` within it sees the same data.
pub(in crate::template) fn with_data<T>(data: &Go, run: impl FnOnce() -> T) -> T {
    let before = RENDERING.with(|r| r.replace_with(|(_, depth)| (Some(data.clone()), *depth + 1)));
    if before.1 == 0 {
        kinds::forget();
    }
    let result = run();
    RENDERING.with(|r| *r.borrow_mut() = before);
    result
}

/// The data of the rendering under way.
///
/// # Errors
///
/// When templates render templates without end.
pub(in crate::template) fn current_data() -> Result<Go> {
    let (data, depth) = RENDERING.with(|r| (r.borrow().0.clone(), r.borrow().1));
    if depth > MAX_DEPTH { Err(failed("render: templates render templates without end")) } else { Ok(data.unwrap_or(Go::Nil)) }
}
