//! Text → objects: the documents of a stream, or the items of a ResourceList.

use rayon::prelude::*;

use crate::Value;
use crate::yaml::{self, Change, Document, Duplicates, Edit, Node, Op, Positions, Step};

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

    /// Reads a stream as istioctl does: of a key that a mapping repeats, the last wins.
    ///
    /// # Errors
    ///
    /// When it is no YAML.
    pub fn parse_leniently(source: &'s str) -> Result<Self, yaml::Error> {
        Ok(Self { source, documents: yaml::parse_with(source, Duplicates::LastWins)?, layout: Layout::Stream })
    }

    /// The text.
    pub fn source(&self) -> &'s str {
        self.source
    }

    /// How the objects stand in it.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// How many documents it has, empty ones included.
    pub fn documents(&self) -> usize {
        self.documents.len()
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

    /// The changes of the text that these edits of each object make, in order.
    ///
    /// # Errors
    ///
    /// When an edit does not fit its object.
    pub fn changes(&self, edits: Vec<Option<Vec<Edit>>>) -> Result<Vec<Change>, yaml::Error> {
        // An anchor reaches as far as its document: a list whose items share one is edited as a whole.
        if self.layout == Layout::ResourceList
            && let Some(root) = self.roots().next().filter(|root| root.has_alias())
        {
            let all: Vec<Edit> = edits.iter().enumerate().flat_map(|(i, e)| e.iter().flatten().map(move |e| below_item(i, e))).collect();
            return yaml::changes(self.source, root, &all);
        }
        let lines = Positions::of(self.source);
        let changes: Vec<Vec<Change>> = self
            .objects()
            .into_par_iter()
            .zip(edits)
            .map(|(node, edits)| yaml::changes_in(&lines, node, &edits.unwrap_or_default()))
            .collect::<Result<_, _>>()?;
        Ok(changes.into_iter().flatten().collect())
    }
}

/// The edit of an item as an edit of the whole list.
fn below_item(index: usize, edit: &Edit) -> Edit {
    let below = |path: &[Step]| [Step::Key("items".to_owned()), Step::Index(index)].into_iter().chain(path.iter().cloned()).collect();
    let op = match &edit.op {
        Op::Move { from, before } => Op::Move { from: below(from), before: *before },
        other => other.clone(),
    };
    Edit { path: below(&edit.path), op }
}
