//! What a rendering writes into.

use std::fmt::Write;

/// How many bytes a template may render.
pub(super) const MAX_OUTPUT: usize = 16 << 20;

/// Output that ends where it is too much.
pub(super) struct Bounded(pub String);

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        if self.0.len() + text.len() > MAX_OUTPUT {
            self.0 = " ".repeat(MAX_OUTPUT);
            return Err(std::fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}
