//! Who may import whom. Folders of `src/` import downwards only, in the order of `docs/architecture.md`: data flows one way. And no
//! two files import each other, so that each can be understood by what stands below it.
//!
//! A file imports another one where it uses something that is defined there, however it comes by the name. So a `mod.rs` that only
//! declares its files and hands on their names imports none of them, and who asks it for a name imports the file behind it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemUse, Macro, UseTree, Visibility};

type Names = Vec<String>;

/// What of a source file says who imports whom.
#[derive(Default)]
struct File {
    path: String,
    /// Where it stands in the tree of modules.
    module: Names,
    /// The modules right below it.
    children: BTreeSet<String>,
    /// What it defines.
    defined: BTreeSet<String>,
    /// What it calls by a name of its own, and how it comes by it.
    names: BTreeMap<String, Names>,
    /// The paths that its code uses.
    used: BTreeSet<Names>,
}

impl File {
    fn read(path: &Path) -> Self {
        let inner = path.strip_prefix("src").unwrap().with_extension("");
        let mut module: Names = inner.iter().map(|name| name.to_str().unwrap().to_owned()).collect();
        if module.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
            module.pop();
        }
        let mut file = Self { path: path.to_str().unwrap().to_owned(), module, ..Self::default() };
        file.visit_file(&syn::parse_file(&std::fs::read_to_string(path).unwrap()).unwrap());
        file
    }

    /// A path of this file from the crate's root; nothing where it leads out of the crate.
    fn absolute(&self, path: &[String]) -> Option<Names> {
        let (first, rest) = path.split_first()?;
        let join = |start: &[String]| Some(start.iter().chain(rest).cloned().collect());
        match first.as_str() {
            "crate" | "sidecarize" => Some(rest.to_vec()),
            "self" => join(&self.module),
            "super" => {
                let above = Self { module: self.module.split_last()?.1.to_vec(), ..Self::default() };
                if rest.first().is_some_and(|next| next == "super") { above.absolute(rest) } else { [&above.module, rest].concat().into() }
            }
            _ if self.children.contains(first) && !(rest.is_empty() && self.names.contains_key(first)) => {
                Some([&self.module, path].concat())
            }
            _ => {
                let known = self.names.get(first).filter(|known| known.first() != Some(first) || self.children.contains(first))?;
                join(&self.absolute(known)?)
            }
        }
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|a| a.path().is_ident("cfg") && a.parse_args::<syn::Path>().is_ok_and(|cfg| cfg.is_ident("test")))
}

/// The names that a `use` brings, each with its path.
fn leaves(tree: &UseTree, before: &[String], found: &mut Vec<(String, Names)>) {
    let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
    match tree {
        UseTree::Path(path) => leaves(&path.tree, &with(&path.ident), found),
        UseTree::Name(name) if name.ident == "self" => found.extend(before.last().map(|last| (last.clone(), before.to_vec()))),
        UseTree::Name(name) => found.push((name.ident.to_string(), with(&name.ident))),
        UseTree::Rename(rename) => found.push((rename.rename.to_string(), with(&rename.ident))),
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, before, found)),
        UseTree::Glob(_) => {}
    }
}

/// The paths among the tokens of a macro.
fn paths(tokens: TokenStream, found: &mut BTreeSet<Names>) {
    let mut path = Names::new();
    let mut colons = 0;
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
            TokenTree::Ident(name) => {
                if colons != 2 {
                    found.insert(std::mem::take(&mut path));
                }
                path.push(name.to_string());
                colons = 0;
            }
            other => {
                found.insert(std::mem::take(&mut path));
                colons = 0;
                if let TokenTree::Group(group) = other {
                    paths(group.stream(), found);
                }
            }
        }
    }
    found.insert(path);
}

impl<'ast> Visit<'ast> for File {
    fn visit_item(&mut self, item: &'ast Item) {
        let (name, attributes) = match item {
            Item::Const(i) => (&i.ident, &i.attrs),
            Item::Enum(i) => (&i.ident, &i.attrs),
            Item::Fn(i) => (&i.sig.ident, &i.attrs),
            Item::Mod(i) if is_test(&i.attrs) => return,
            Item::Mod(i) => {
                self.children.insert(i.ident.to_string());
                return visit::visit_item(self, item);
            }
            Item::Static(i) => (&i.ident, &i.attrs),
            Item::Struct(i) => (&i.ident, &i.attrs),
            Item::Trait(i) => (&i.ident, &i.attrs),
            Item::Type(i) => (&i.ident, &i.attrs),
            Item::Impl(i) if is_test(&i.attrs) => return,
            Item::Use(i) if is_test(&i.attrs) => return,
            _ => return visit::visit_item(self, item),
        };
        if !is_test(attributes) {
            self.defined.insert(name.to_string());
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let mut found = Vec::new();
        leaves(&item.tree, &[], &mut found);
        for (name, path) in found {
            if matches!(item.vis, Visibility::Inherited) {
                self.used.insert(path.clone());
            }
            self.names.insert(name, path);
        }
    }

    /// Who may use an item says nothing of what the file uses.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.used.insert(path.segments.iter().map(|s| s.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast Macro) {
        paths(item.tokens.clone(), &mut self.used);
        visit::visit_macro(self, item);
    }
}

/// All files below `src/`.
struct Sources(Vec<File>);

impl Sources {
    fn read() -> Self {
        let mut files = Vec::new();
        sources(Path::new("src"), &mut files);
        files.sort();
        Self(files.iter().map(|path| File::read(path)).collect())
    }

    fn module(&self, module: &[String]) -> Option<usize> {
        self.0.iter().position(|file| file.module == module)
    }

    /// The file that defines what a path from the crate's root leads to.
    fn defines(&self, path: &[String]) -> Option<usize> {
        let (above, last) = path.split_at_checked(path.len().checked_sub(1)?)?;
        let is_known = |module: usize| self.0[module].names.contains_key(&last[0]) || self.0[module].defined.contains(&last[0]);
        if let Some(module) = self.module(above).filter(|module| is_known(*module)) {
            return self.named(module, last);
        }
        let depth = (0..path.len()).rev().find(|depth| self.module(&path[..*depth]).is_some())?;
        self.named(self.module(&path[..depth])?, &path[depth..])
    }

    fn named(&self, module: usize, rest: &[String]) -> Option<usize> {
        let file = &self.0[module];
        if file.defined.contains(&rest[0]) {
            return Some(module);
        }
        let path = file.absolute(&rest[..1])?;
        let path = [&path, &rest[1..]].concat();
        (path != [&file.module, rest].concat() || file.names.contains_key(&rest[0])).then(|| self.defines(&path))?
    }

    /// Which files each file imports, with a name that it uses of each.
    fn imports(&self) -> Vec<BTreeMap<usize, String>> {
        let each = self.0.iter().enumerate().map(|(here, file)| {
            let paths = file.used.iter().filter_map(|path| file.absolute(path));
            let found = paths.filter_map(|path| Some((self.defines(&path)?, path.last()?.clone())));
            found.filter(|(there, _)| *there != here && !file.module.is_empty() && !self.0[*there].module.is_empty()).collect()
        });
        each.collect()
    }
}

/// The shortest circle of imports through a file.
fn circle(imports: &[BTreeMap<usize, String>], start: usize) -> Option<Vec<usize>> {
    let mut before: BTreeMap<usize, usize> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(file) = queue.pop_front() {
        for there in imports[file].keys() {
            if *there == start {
                let mut way = vec![file];
                while let Some(previous) = way.last().filter(|last| **last != start).and_then(|last| before.get(last)) {
                    way.push(*previous);
                }
                way.reverse();
                return Some(way);
            }
            if !before.contains_key(there) {
                before.insert(*there, file);
                queue.push_back(*there);
            }
        }
    }
    None
}

#[test]
fn no_files_import_each_other() {
    let sources = Sources::read();
    let imports = sources.imports();
    let mut told: BTreeSet<usize> = BTreeSet::new();
    let mut wrong = Vec::new();
    for start in 0..imports.len() {
        let Some(way) = circle(&imports, start).filter(|way| !way.iter().any(|file| told.contains(file))) else { continue };
        told.extend(&way);
        let next = way.iter().cycle().skip(1);
        let steps = way
            .iter()
            .zip(next)
            .map(|(here, there)| format!("  {} uses {} of {}", sources.0[*here].path, imports[*here][there], sources.0[*there].path));
        wrong.push(steps.collect::<Vec<_>>().join("\n"));
    }
    assert!(
        wrong.is_empty(),
        "Files import each other, so that none of them can be understood or changed without the others:\n{}\n\
         Move what they share into a file of its own, which imports none of them.",
        wrong.join("\nand\n")
    );
    // The test sees something: the engine imports others, and a door none.
    let count = |path: &str| imports[sources.0.iter().position(|file| file.path == path).unwrap()].len();
    assert!(count("src/pipeline/engine.rs") > 5);
    assert_eq!(count("src/edit/mod.rs"), 0);
}

/// The folders of the document's table, from top to bottom; those of one row stand side by side.
fn layers() -> Vec<Vec<String>> {
    let page = std::fs::read_to_string("docs/architecture.md").unwrap();
    let (_, table) = page.split_once("| folder | is |").expect("the table of folders");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2).map(str::to_owned).collect()).collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn folders_import_only_from_those_below_them() {
    let layers = layers();
    let place = |name: &str| layers.iter().position(|layer| layer.iter().any(|folder| folder == name));
    let mut wrong = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for file in &Sources::read().0 {
        let Some(own) = file.module.first() else { continue };
        seen.insert(own.clone());
        let Some(here) = place(own) else {
            wrong.insert(format!("src/{own} is not in the table of docs/architecture.md"));
            continue;
        };
        for path in file.used.iter().chain(file.names.values()).filter_map(|path| file.absolute(path)) {
            if let Some(name) = path.first().filter(|name| *name != own && place(name).is_some_and(|there| there <= here)) {
                wrong.insert(format!("{}: {own} imports {name}, which is not below it", file.path));
            }
        }
    }
    let gone: Vec<_> = layers.iter().flatten().filter(|folder| !seen.contains(*folder)).collect();
    assert!(gone.is_empty(), "in docs/architecture.md and not in src: {gone:?}");
    assert!(wrong.is_empty(), "{}", Vec::from_iter(wrong).join("\n"));
}

#[test]
fn the_function_image_has_neither_kube_nor_tls() {
    let flags = ["--no-default-features", "--features", "cli"];
    assert!(std::fs::read_to_string("Dockerfile").unwrap().contains(&format!("--locked {}", flags.join(" "))));
    let tree = |flags: &[&str]| {
        let arguments = ["tree", "--offline", "--locked", "--edges", "normal", "--prefix", "none"];
        let output = std::process::Command::new(env!("CARGO")).args(arguments).args(flags).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let among = |tree: &str, name: &str| tree.lines().any(|line| line.split(' ').next() == Some(name));
    let (image, all) = (tree(&flags), tree(&[]));
    assert!(among(&image, "clap") && !image.contains("openssl"));
    for name in ["kube", "k8s-openapi", "tokio", "hyper", "rustls", "ring"] {
        assert!(among(&all, name) && !among(&image, name), "{name}");
    }
}
