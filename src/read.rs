//! Text → objects: the documents of a stream, or the items of a ResourceList.

use rayon::prelude::*;

use crate::Value;
use crate::yaml::{self, Document, Node};

/// Where the objects stand in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Each document is an object.
    Stream,
    /// The items of the one document are the objects.
    ResourceList,
}

/// A text and its objects.
#[derive(Debug)]
pub struct Manifests<'s> {
    source: &'s str,
    documents: Vec<Document<'s>>,
    layout: Layout,
}

impl<'s> Manifests<'s> {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// When it is no YAML.
    pub fn parse(source: &'s str, layout: Layout) -> Result<Self, yaml::Error> {
        Ok(Self { source, documents: yaml::parse(source)?, layout })
    }

    /// The text.
    pub fn source(&self) -> &'s str {
        self.source
    }

    /// How the objects stand in it.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// The roots of its documents.
    pub fn roots(&self) -> impl Iterator<Item = &Node<'s>> {
        self.documents.iter().filter_map(|d| d.root.as_ref())
    }

    /// The nodes of its objects, in their order.
    pub fn objects(&self) -> Vec<&Node<'s>> {
        match self.layout {
            Layout::Stream => self.roots().collect(),
            Layout::ResourceList => {
                self.roots().next().and_then(|r| r.get("items")).map(|i| i.items().iter().collect()).unwrap_or_default()
            }
        }
    }

    /// The values of its objects, in their order.
    ///
    /// # Errors
    ///
    /// The first object that has no value (see [`Node::to_value`]).
    pub fn values(&self) -> Result<Vec<Value>, yaml::Error> {
        self.objects().into_par_iter().map(|node| node.to_value().map_err(|e| e.in_source(self.source))).collect()
    }
}
