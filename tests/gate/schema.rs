// SPDX-License-Identifier: GPL-2.0-only

//! As much of JSON Schema as the published schemas use. A word that is not known here is an error, so that nothing of a
//! schema is passed over.

use serde_json::Value;

/// A schema, and where its parts refer to.
pub struct Schema(Value);

/// Words that only describe.
const DESCRIPTIVE: [&str; 9] =
    ["$schema", "$id", "$defs", "definitions", "title", "description", "default", "format", "deprecated"];

impl Schema {
    pub fn new(schema: Value) -> Self {
        Self(schema)
    }

    pub fn title(&self) -> &str {
        self.0["title"].as_str().unwrap_or_default()
    }

    /// What is wrong with a value.
    pub fn errors(&self, value: &Value) -> Vec<String> {
        let mut errors = Vec::new();
        self.check(&self.0, value, "$", &mut errors);
        errors
    }

    /// Fields that no `properties` name.
    pub fn undescribed(&self, value: &Value) -> Vec<String> {
        let mut found = Vec::new();
        self.find_undescribed(&self.0, value, "$", &mut found);
        found
    }

    fn find_undescribed(&self, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
        let schema = self.resolve(schema);
        for (name, field) in value.as_object().into_iter().flatten() {
            match schema["properties"].get(name) {
                Some(inner) => self.find_undescribed(inner, field, &format!("{at}.{name}"), found),
                None => found.push(format!("{at}.{name}")),
            }
        }
        for item in value.as_array().into_iter().flatten() {
            self.find_undescribed(&schema["items"], item, &format!("{at}[]"), found);
        }
    }

    fn resolve<'s>(&'s self, schema: &'s Value) -> &'s Value {
        match schema["$ref"].as_str() {
            Some(path) => self.0.pointer(path.trim_start_matches('#')).expect("the reference leads somewhere"),
            None => schema,
        }
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, errors: &mut Vec<String>) {
        let schema = self.resolve(schema);
        let fits = |schema: &Value| {
            let mut errors = Vec::new();
            self.check(schema, value, at, &mut errors);
            errors.is_empty()
        };
        for (word, rule) in schema.as_object().expect("a schema is an object") {
            let is_kept = match word.as_str() {
                "type" => is_type(rule, value),
                "enum" => rule.as_array().expect("a list").contains(value),
                "anyOf" => rule.as_array().expect("a list").iter().any(fits),
                "oneOf" => rule.as_array().expect("a list").iter().filter(|&schema| fits(schema)).count() == 1,
                "required" => names(rule).all(|name| !value.is_object() || value.get(name).is_some()),
                "minItems" => value.as_array().is_none_or(|list| list.len() as u64 >= rule.as_u64().expect("a number")),
                "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().expect("a number")),
                "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().expect("a number")),
                "uniqueItems" => is_unique(value),
                // Of identifiers that the reports do not have.
                "pattern" => !value.is_string(),
                "properties" => {
                    for (name, inner) in rule.as_object().expect("an object") {
                        if let Some(field) = value.get(name) {
                            self.check(inner, field, &format!("{at}.{name}"), errors);
                        }
                    }
                    true
                }
                "additionalProperties" => {
                    let is_named = |name: &str| schema["properties"].get(name).is_some();
                    let others = value.as_object().into_iter().flatten().filter(|(name, _)| !is_named(name));
                    match rule {
                        Value::Bool(allowed) => *allowed || others.count() == 0,
                        inner => {
                            others.for_each(|(name, field)| self.check(inner, field, &format!("{at}.{name}"), errors));
                            true
                        }
                    }
                }
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(rule, item, &format!("{at}[{index}]"), errors);
                    }
                    true
                }
                word if DESCRIPTIVE.contains(&word) => true,
                word => panic!("the schema has the word {word}, which this test does not know"),
            };
            if !is_kept {
                errors.push(format!("{at}: {word} {rule} is not kept by {value:.200}"));
            }
        }
    }
}

fn names(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().map(|name| name.as_str().expect("a name"))
}

fn is_type(rule: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("the schema has the type {other}"),
    };
    rule.as_str().is_some_and(is) || names(rule).any(is)
}

fn is_unique(value: &Value) -> bool {
    let list = value.as_array().map_or(&[][..], Vec::as_slice);
    list.iter().enumerate().all(|(index, item)| !list[..index].contains(item))
}
