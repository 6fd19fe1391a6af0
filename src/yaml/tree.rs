//! The tree of a YAML text: what every node is and which bytes it takes.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::path::Step;

/// One document of a stream.
#[derive(Debug, Clone)]
pub struct Document<'s> {
    /// What it holds; nothing in a document without content.
    pub root: Option<Node<'s>>,
    /// Its bytes: from the end of the document before it (its own `---` included) to its own end.
    pub span: Range<usize>,
}

/// A node: a scalar, a sequence, a mapping or an alias.
#[derive(Debug, Clone)]
pub struct Node<'s> {
    pub(crate) kind: Kind<'s>,
    pub(crate) span: Range<usize>,
    pub(crate) start: usize,
    pub(crate) properties: Option<Box<Properties>>,
}

/// The anchor and the tag of a node; few nodes have any.
#[derive(Debug, Clone, Default)]
pub(crate) struct Properties {
    pub anchor: Option<usize>,
    pub tag: Option<Box<str>>,
}

/// What a node is.
#[derive(Debug, Clone)]
pub enum Kind<'s> {
    /// Text; empty and plain where nothing is written.
    Scalar {
        /// The text, unquoted and unfolded.
        value: Cow<'s, str>,
        /// How it is written.
        style: ScalarStyle,
    },
    /// A list.
    Sequence {
        /// Its items.
        items: Vec<Node<'s>>,
        /// Whether it is written in brackets.
        flow: bool,
    },
    /// A map.
    Mapping {
        /// Its entries as written, `<<` included.
        entries: Vec<Entry<'s>>,
        /// Whether it is written in braces.
        flow: bool,
    },
    /// A reference to an anchored node.
    Alias {
        /// Number of the anchor, unique in its document.
        anchor: usize,
        /// The node that it stands for.
        target: Arc<Node<'s>>,
    },
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarStyle {
    /// Without quotes.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// As a literal block (`|`).
    Literal,
    /// As a folded block (`>`).
    Folded,
}

/// One entry of a mapping.
#[derive(Debug, Clone)]
pub struct Entry<'s> {
    /// The key.
    pub key: Node<'s>,
    /// The value.
    pub value: Node<'s>,
}

/// The key that merges another mapping into its own (YAML 1.1).
pub(crate) const MERGE_KEY: &str = "<<";

impl<'s> Node<'s> {
    /// What the node is.
    pub fn kind(&self) -> &Kind<'s> {
        &self.kind
    }

    /// The bytes of its content, without anchor and tag. A block collection ends where its last child ends; a literal or
    /// folded text starts at its `|` or `>` and ends with its last line (without the line's end).
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Where the node starts, its anchor and tag included.
    pub fn start(&self) -> usize {
        self.start
    }

    /// Its tag, if it has one.
    pub(crate) fn tag(&self) -> Option<&str> {
        self.properties.as_ref()?.tag.as_deref()
    }

    /// The number of its anchor, if it has one.
    pub fn anchor(&self) -> Option<usize> {
        self.properties.as_ref()?.anchor
    }

    /// Whether it or anything below it has an anchor or a tag, or is an alias.
    pub fn has_properties(&self) -> bool {
        self.properties.is_some()
            || match &self.kind {
                Kind::Alias { .. } => true,
                Kind::Sequence { items, .. } => items.iter().any(Node::has_properties),
                Kind::Mapping { entries, .. } => entries.iter().any(|e| e.key.has_properties() || e.value.has_properties()),
                Kind::Scalar { .. } => false,
            }
    }

    /// Whether an alias stands at or below it.
    pub fn has_alias(&self) -> bool {
        match &self.kind {
            Kind::Alias { .. } => true,
            Kind::Sequence { items, .. } => items.iter().any(Node::has_alias),
            Kind::Mapping { entries, .. } => entries.iter().any(|e| e.value.has_alias()),
            Kind::Scalar { .. } => false,
        }
    }

    /// The node itself, or the one that an alias stands for.
    pub fn resolved(&self) -> &Node<'s> {
        let mut node = self;
        while let Kind::Alias { target, .. } = &node.kind {
            node = target;
        }
        node
    }

    /// The value of a key, one that is merged in included.
    pub fn get(&self, key: &str) -> Option<&Node<'s>> {
        self.own(key).or_else(|| self.merged().into_iter().find_map(|m| m.get(key)))
    }

    /// The value of a key that the mapping itself has; of a repeated one, the last.
    pub fn own(&self, key: &str) -> Option<&Node<'s>> {
        self.entries().iter().rfind(|e| e.key.as_str() == Some(key)).map(|e| &e.value)
    }

    /// The mappings that `<<` merges in, in the order in which they win.
    pub(crate) fn merged(&self) -> Vec<&Node<'s>> {
        let mut all = Vec::new();
        for entry in self.entries().iter().filter(|e| e.is_merge()) {
            match entry.value.resolved().kind() {
                Kind::Sequence { items, .. } => all.extend(items.iter().map(Node::resolved)),
                _ => all.push(entry.value.resolved()),
            }
        }
        all
    }

    /// The node at the end of a path.
    pub fn at(&self, path: &[Step]) -> Option<&Node<'s>> {
        path.iter().try_fold(self, |node, step| match step {
            Step::Key(key) => node.get(key),
            Step::Index(index) => node.items().get(*index),
        })
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Node<'s>] {
        match &self.resolved().kind {
            Kind::Sequence { items, .. } => items,
            _ => &[],
        }
    }

    /// The entries of a mapping as written; none of anything else.
    pub fn entries(&self) -> &[Entry<'s>] {
        match &self.resolved().kind {
            Kind::Mapping { entries, .. } => entries,
            _ => &[],
        }
    }

    /// The text of a scalar, whatever type it would resolve to.
    pub fn as_str(&self) -> Option<&str> {
        match &self.resolved().kind {
            Kind::Scalar { value, .. } => Some(value),
            _ => None,
        }
    }

    /// Whether the node is a list.
    pub fn is_sequence(&self) -> bool {
        matches!(self.resolved().kind, Kind::Sequence { .. })
    }

    /// Whether the node is a map.
    pub fn is_mapping(&self) -> bool {
        matches!(self.resolved().kind, Kind::Mapping { .. })
    }
}

impl Entry<'_> {
    /// Whether the entry is a merge key, not a key of this name in quotes.
    pub fn is_merge(&self) -> bool {
        matches!(&self.key.kind, Kind::Scalar { value, style: ScalarStyle::Plain } if value == MERGE_KEY)
            && self.key.tag().is_none_or(|tag| tag == "!!merge")
    }
}

/// The bytes of each child: an item, or an entry with its key.
pub(crate) fn extents(node: &Node<'_>) -> Vec<Range<usize>> {
    match node.kind() {
        Kind::Sequence { items, .. } => items.iter().map(|n| n.start()..n.span().end).collect(),
        Kind::Mapping { entries, .. } => entries.iter().map(|e| e.key.start()..e.value.span().end.max(e.key.span().end)).collect(),
        _ => Vec::new(),
    }
}

/// Whether a collection is written in brackets or braces.
pub(crate) fn is_flow(node: &Node<'_>) -> bool {
    matches!(node.kind(), Kind::Sequence { flow: true, .. } | Kind::Mapping { flow: true, .. })
}
