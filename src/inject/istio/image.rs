//! The image of the proxy: hub, name, tag and image type.

use crate::istio::Values;

/// Image types that Istio publishes as suffixes of the tag.
const KNOWN_TYPES: [&str; 2] = ["distroless", "debug"];
/// The image type that has no suffix.
const DEFAULT_TYPE: &str = "default";
/// The image's name where the values name none.
const DEFAULT_NAME: &str = "proxyv2";

/// The image `hub/name:tag`; `section` is where the values name it: `proxy` or `proxy_init`. `image_type` replaces the type of the tag.
pub fn url(values: &Values, section: &str, image_type: &str) -> String {
    let name = values.text(&["global", section, "image"]);
    let name = if name.is_empty() { DEFAULT_NAME } else { &name };
    format!("{}/{name}:{}", values.text(&["global", "hub"]), tag(&values.text(&["global", "tag"]), image_type))
}

/// A tag with another image type.
fn tag(tag: &str, image_type: &str) -> String {
    if image_type.is_empty() {
        return tag.to_owned();
    }
    let bare = KNOWN_TYPES.iter().find_map(|known| tag.strip_suffix(known)?.strip_suffix('-')).unwrap_or(tag);
    if image_type == DEFAULT_TYPE { bare.to_owned() } else { format!("{bare}-{image_type}") }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_type_replaces_the_suffix() {
        for (tag, image_type, expected) in [
            ("1.2", "", "1.2"),
            ("1.2-debug", "distroless", "1.2-distroless"),
            ("1.2-distroless", "default", "1.2"),
            ("1.2", "debug", "1.2-debug"),
        ] {
            assert_eq!(super::tag(tag, image_type), expected);
        }
    }
}
