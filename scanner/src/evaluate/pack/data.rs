//! `data.json` and `data.yaml` beside rules: as in a bundle of OPA, what a file holds stands under
//! the names of its folders.

use serde_json::{Map, Value as Json};

use super::PackError;
use super::folder::Text;

/// All files of data as one document.
pub(super) fn merged(files: &[Text]) -> Result<Json, PackError> {
    let mut whole = Map::new();
    for file in files {
        let Json::Object(members) = parse(file)? else {
            return Err(PackError::in_file(
                &file.path,
                1,
                "a file of data holds an object; name what it holds",
            ));
        };
        let mut node = &mut whole;
        for folder in &file.folders {
            let below = node
                .entry(folder.as_str())
                .or_insert_with(|| Json::Object(Map::new()));
            let Json::Object(below) = below else {
                return Err(taken(file, folder));
            };
            node = below;
        }
        merge(node, members).map_err(|name| taken(file, &name))?;
    }
    Ok(Json::Object(whole))
}

fn taken(file: &Text, name: &str) -> PackError {
    let problem = format!("{name} is set by another file of data, too; rename one of them");
    PackError::in_file(&file.path, 1, &problem)
}

/// Puts members beside those there are; objects grow together, all else must be there once.
fn merge(into: &mut Map<String, Json>, members: Map<String, Json>) -> Result<(), String> {
    for (name, member) in members {
        match (into.get_mut(&name), member) {
            (None, member) => {
                into.insert(name, member);
            }
            (Some(Json::Object(held)), Json::Object(more)) => merge(held, more)?,
            _ => return Err(name),
        }
    }
    Ok(())
}

fn parse(file: &Text) -> Result<Json, PackError> {
    if file.path.ends_with(".json") {
        return serde_json::from_str(&file.text).map_err(|error| {
            let text = error.to_string();
            let problem = text.split(" at line ").next().unwrap_or_default();
            PackError::in_file(&file.path, error.line() as u64, problem)
        });
    }
    serde_saphyr::from_str(&file.text).map_err(|error| {
        let line = error.location().map_or(1, |place| place.line());
        let problem = error.without_snippet().to_string();
        let problem = problem.lines().next().unwrap_or_default();
        PackError::in_file(&file.path, line, problem)
    })
}
