//! From path segments to a place in the API.

/// A place under `/api` or `/apis`.
#[derive(Debug, PartialEq)]
pub(super) enum Place<'a> {
    Root,
    Group(&'a str),
    Version(&'a str, &'a str),
    Resource(Resource<'a>),
}

/// A resource, an object of it, or a part of that.
#[derive(Debug, PartialEq)]
pub(super) struct Resource<'a> {
    pub(super) group: &'a str,
    pub(super) version: &'a str,
    pub(super) namespace: Option<&'a str>,
    pub(super) plural: &'a str,
    pub(super) name: Option<&'a str>,
    pub(super) subresource: Option<&'a str>,
}

/// Reads the segments of a path; `None` for one that can mean nothing.
pub(super) fn parse<'a>(segments: &[&'a str]) -> Option<Place<'a>> {
    let (group, version, rest) = match segments {
        ["api" | "apis"] => return Some(Place::Root),
        ["api", version, rest @ ..] => ("", *version, rest),
        ["apis", group] => return Some(Place::Group(group)),
        ["apis", group, version, rest @ ..] => (*group, *version, rest),
        _ => return None,
    };
    let resource = |namespace, plural, name, subresource| {
        Some(Place::Resource(Resource { group, version, namespace, plural, name, subresource }))
    };
    match rest {
        [] => Some(Place::Version(group, version)),
        ["namespaces"] => resource(None, "namespaces", None, None),
        ["namespaces", name] => resource(None, "namespaces", Some(*name), None),
        ["namespaces", name, part @ ("status" | "finalize")] => {
            resource(None, "namespaces", Some(*name), Some(*part))
        }
        ["namespaces", namespace, plural] => resource(Some(*namespace), plural, None, None),
        ["namespaces", namespace, plural, name] => {
            resource(Some(*namespace), plural, Some(*name), None)
        }
        ["namespaces", namespace, plural, name, part, ..] => {
            resource(Some(*namespace), plural, Some(*name), Some(*part))
        }
        [plural] => resource(None, plural, None, None),
        [plural, name] => resource(None, plural, Some(*name), None),
        [plural, name, part, ..] => resource(None, plural, Some(*name), Some(*part)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_are_both_a_resource_and_a_prefix() {
        let segments: Vec<&str> = "api/v1/namespaces/a/pods/b/log".split('/').collect();
        let Some(Place::Resource(at)) = parse(&segments) else { panic!("a resource") };
        assert_eq!(
            (at.namespace, at.plural, at.name, at.subresource),
            (Some("a"), "pods", Some("b"), Some("log"))
        );
        let segments: Vec<&str> = "api/v1/namespaces/a/status".split('/').collect();
        let Some(Place::Resource(at)) = parse(&segments) else { panic!("a resource") };
        assert_eq!(
            (at.namespace, at.plural, at.name, at.subresource),
            (None, "namespaces", Some("a"), Some("status"))
        );
    }
}
