//! Source text as a tree with byte spans, and edits of it.
