//! Files, folders and streams: what commands read, and where they write.

pub mod boundary;
pub mod component;
pub mod files;
pub mod output;
pub mod progress;
pub mod skipped;
pub mod walk;
pub mod write;
