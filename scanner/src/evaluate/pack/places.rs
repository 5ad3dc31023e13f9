//! What a rule reads, held against the schema of what its scope is given: a name that is not there
//! would never be found, and the rule would pass whatever it judges.

use serde_json::Value as Json;

use crate::evaluate::case::{branches, is_unknown_mark};
use crate::evaluate::document::Step;

/// A name that the schema does not have.
pub(super) struct Stranger<'p> {
    /// The place, as far as that name.
    pub(super) place: &'p [Step],
    /// A name that it has there and that is nearly the same.
    pub(super) near: Option<String>,
}

/// The first name of a place that the schema does not have.
pub(super) fn stranger<'p>(schema: &Json, place: &'p [Step]) -> Option<Stranger<'p>> {
    let mut nodes = vec![schema];
    for (at, step) in place.iter().enumerate() {
        let here = known_branches(&nodes, schema);
        let next = match step {
            Step::Member(name) => match members(&here, name) {
                Members::These(next) => next,
                Members::Any => return None,
                Members::Strange(known) => {
                    return Some(Stranger {
                        place: place.get(..=at)?,
                        near: near(name, known),
                    });
                }
            },
            Step::Element => elements(&here),
        };
        if next.is_empty() {
            return None;
        }
        nodes = next;
    }
    None
}

/// What stands in the way to a place after so many steps: the parts of the path that may be unknown;
/// none where AWS or DNS may have nothing there.
pub(super) fn unknowable<'p>(
    schema: &Json,
    place: &'p [Step],
    held: usize,
) -> Option<Vec<&'p [Step]>> {
    // What METADATA declares has a default.
    if let [Step::Member(root), Step::Member(_)] = place
        && root == "params"
    {
        return Some(Vec::new());
    }
    let mut nodes = vec![schema];
    let mut unknowable = Vec::new();
    for (at, step) in place.iter().enumerate() {
        let here = known_branches(&nodes, schema);
        nodes = match step {
            Step::Member(name) if at >= held => required_members(&here, name)?,
            Step::Member(name) => match members(&here, name) {
                Members::These(next) => next,
                Members::Any | Members::Strange(_) => return None,
            },
            Step::Element => elements(&here),
        };
        let all = nodes.iter().flat_map(|node| branches(node, schema));
        // A gap is no element of its array.
        if at >= held && matches!(step, Step::Member(_)) && all.into_iter().any(is_unknown_mark) {
            unknowable.extend(place.get(..=at));
        }
    }
    Some(unknowable)
}

fn known_branches<'s>(nodes: &[&'s Json], schema: &'s Json) -> Vec<&'s Json> {
    let all = nodes.iter().flat_map(|node| branches(node, schema));
    all.filter(|branch| !is_unknown_mark(branch)).collect()
}

/// What a member is that every object has which these branches allow; none where one may lack it.
fn required_members<'s>(branches: &[&'s Json], name: &str) -> Option<Vec<&'s Json>> {
    if branches.iter().any(|branch| may_be_null(branch)) {
        return None;
    }
    let objects = branches
        .iter()
        .filter(|branch| branch.get("properties").is_some());
    let members: Option<Vec<&Json>> = objects
        .map(|object| {
            let required = object.get("required").and_then(Json::as_array)?;
            let is_required = required.iter().any(|required| required == name);
            is_required.then(|| object.get("properties")?.get(name))?
        })
        .collect();
    members.filter(|members| !members.is_empty())
}

fn may_be_null(branch: &Json) -> bool {
    match branch.get("type") {
        Some(Json::Array(types)) => types.iter().any(|one| one == "null"),
        Some(one) => one == "null",
        None => false,
    }
}

/// The one of these names that may have been meant.
pub(super) fn near(name: &str, known: impl IntoIterator<Item = String>) -> Option<String> {
    let distance = |known: &String| strsim::damerau_levenshtein(name, known);
    let nearest = known.into_iter().min_by_key(distance)?;
    (distance(&nearest) <= 1 + name.len() / 4).then_some(nearest)
}

enum Members<'s> {
    These(Vec<&'s Json>),
    /// Nobody can say which there are.
    Any,
    /// Not this one, but these.
    Strange(Vec<String>),
}

fn members<'s>(branches: &[&'s Json], name: &str) -> Members<'s> {
    let objects = || {
        branches
            .iter()
            .filter_map(|branch| branch.get("properties"))
    };
    let named: Vec<&Json> = objects().filter_map(|known| known.get(name)).collect();
    if !named.is_empty() {
        return Members::These(named);
    }
    let open = branches.iter().any(|branch| {
        let is_any = branch.as_bool() == Some(true)
            || branch.as_object().is_some_and(|schema| {
                [
                    "type",
                    "$ref",
                    "anyOf",
                    "allOf",
                    "oneOf",
                    "enum",
                    "const",
                    "properties",
                ]
                .iter()
                .all(|keyword| !schema.contains_key(*keyword))
            });
        let more = branch.get("additionalProperties");
        is_any || more.is_some_and(|more| more.as_bool() != Some(false))
    });
    if open {
        return Members::Any;
    }
    let known = objects()
        .filter_map(Json::as_object)
        .flat_map(|known| known.keys());
    Members::Strange(known.cloned().collect())
}

/// What elements of an array, or members of an object, may be.
fn elements<'s>(branches: &[&'s Json]) -> Vec<&'s Json> {
    let mut found = Vec::new();
    for branch in branches {
        found.extend(branch.get("items"));
        found.extend(
            branch
                .get("additionalProperties")
                .filter(|more| more.is_object()),
        );
        let members = branch.get("properties").and_then(Json::as_object);
        found.extend(members.into_iter().flat_map(|members| members.values()));
    }
    found
}
