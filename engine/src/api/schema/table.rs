//! The schema table in memory, and the reader of its text.

use crate::api::kind::Kind;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::read(include_str!("schema.txt")));

/// The number of a type in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeId(u16);

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldType {
    /// Text.
    String,
    /// `true` or `false`.
    Bool,
    /// A whole number of 32 bits.
    Int32,
    /// A whole number of 64 bits.
    Int64,
    /// A number.
    Double,
    /// A Kubernetes quantity, such as `500m`.
    Quantity,
    /// A whole number of 32 bits, or text (a percentage or a port's name).
    IntOrString,
    /// A time as RFC 3339 writes it, to the second.
    Time,
    /// The same to the microsecond.
    MicroTime,
    /// Bytes in base64.
    Bytes,
    /// Anything: raw extensions, JSON schemas.
    Any,
    /// An object of this type.
    Object(TypeId),
    /// A list of these.
    List(Box<FieldType>),
    /// A map from strings to these.
    Map(Box<FieldType>),
}

/// What the API server, which is a Go program, writes for a field that holds nothing (`""`, `0`, `false`, `{}`, `[]`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZeroRule {
    /// The usual: text, lists and maps are left out, numbers and booleans stay as given (they are pointers).
    Usual,
    /// It is written even if it was never given: a struct, or a field without `omitempty`.
    Always,
    /// Empty text stays as given: it is a pointer.
    Pointer,
    /// A zero or `false` is left out: it is no pointer.
    Value,
}

/// A field of a type.
#[derive(Debug)]
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// What it holds.
    pub field_type: FieldType,
    /// Whether the API server refuses an object without it.
    pub required: bool,
    /// Whether a strategic merge patch merges the list element by element (`x-kubernetes-patch-strategy: merge`).
    pub merge: bool,
    /// Whether a strategic merge patch replaces the map as a whole.
    pub replace: bool,
    /// Whether a patch drops the keys it does not list (`retainKeys`), as for unions.
    pub retain_keys: bool,
    /// The field that identifies an element when patches merge the list; none for lists of scalars.
    pub merge_key: Option<&'static str>,
    /// The fields that identify an element for server-side apply (`x-kubernetes-list-map-keys`).
    pub list_keys: Vec<&'static str>,
    /// Whether the list is a set of scalars to server-side apply.
    pub set: bool,
    /// Whether server-side apply replaces the list or map as a whole.
    pub atomic: bool,
    /// What becomes of the field when it holds nothing.
    pub zero: ZeroRule,
    /// Go's name for a scalar or map type of its own (`PullPolicy`), which the server's type errors name.
    pub go_type: Option<&'static str>,
}

/// A type of the API: an object with fields.
#[derive(Debug)]
pub struct TypeInfo {
    /// Group, version and name, such as `core.v1.Container`.
    pub name: &'static str,
    fields: Vec<Field>,
}

impl TypeInfo {
    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields
            .binary_search_by(|f| f.name.cmp(name))
            .ok()
            .and_then(|i| self.fields.get(i))
    }

    /// All fields, by name.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The name without group and version, such as `Container`: Go's name of the struct.
    pub fn go_name(&self) -> &'static str {
        self.name.rsplit('.').next().unwrap_or(self.name)
    }

    /// The version part of the name, which is the Go package's name, such as `v1`.
    pub fn go_package(&self) -> &'static str {
        self.name.rsplit('.').nth(1).unwrap_or_default()
    }
}

/// The whole table.
#[derive(Debug, Default)]
pub struct Schema {
    types: Vec<TypeInfo>,
    kinds: BTreeMap<(&'static str, &'static str), TypeId>,
}

impl Schema {
    /// The built-in API's table, read when first asked for.
    pub fn builtin() -> &'static Schema {
        &SCHEMA
    }

    /// The type of objects of a kind in one API version.
    pub fn of(&self, api_version: &str, kind: &str) -> Option<&TypeInfo> {
        // The map's keys are of a longer life than the question; comparing them needs no copy.
        self.kinds
            .get(&(api_version, kind) as &(&str, &str))
            .and_then(|id| self.type_info(*id))
    }

    /// The type of objects of a kind in the version they are stored in.
    pub fn of_kind(&self, kind: Kind) -> Option<&TypeInfo> {
        self.of(&kind.info().api_version(), kind.name())
    }

    /// The type of this number.
    pub fn type_info(&self, id: TypeId) -> Option<&TypeInfo> {
        self.types.get(usize::from(id.0))
    }

    /// The type of this name, such as `core.v1.PodSpec`.
    pub fn type_named(&self, name: &str) -> Option<&TypeInfo> {
        self.types
            .binary_search_by(|t| t.name.cmp(name))
            .ok()
            .and_then(|i| self.types.get(i))
    }

    /// The type of an object field.
    pub fn object(&self, field_type: &FieldType) -> Option<&TypeInfo> {
        match field_type {
            FieldType::Object(id) => self.type_info(*id),
            _ => None,
        }
    }

    /// Every `(apiVersion, kind)` the table knows, lists included.
    pub fn kinds(&self) -> impl Iterator<Item = (&'static str, &'static str)> + '_ {
        self.kinds.keys().copied()
    }

    fn read(text: &'static str) -> Schema {
        let names: Vec<&'static str> = text.lines().filter_map(|line| line.strip_prefix("type ")).collect();
        let ids: BTreeMap<&'static str, TypeId> = names
            .iter()
            .zip(0u16..)
            .map(|(name, number)| (*name, TypeId(number)))
            .collect();
        let mut schema = Schema::default();
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("type ") {
                schema.types.push(TypeInfo {
                    name,
                    fields: Vec::new(),
                });
            } else if let Some(line) = line.strip_prefix("kind ") {
                let mut words = line.split(' ');
                if let (Some(api_version), Some(kind), Some(id)) =
                    (words.next(), words.next(), words.next().and_then(|name| ids.get(name)))
                {
                    schema.kinds.insert((api_version, kind), *id);
                }
            } else if let (Some(field), Some(last)) = (read_field(line, &ids), schema.types.last_mut()) {
                last.fields.push(field);
            }
        }
        schema
    }
}

fn read_field(line: &'static str, ids: &BTreeMap<&'static str, TypeId>) -> Option<Field> {
    let mut words = line.strip_prefix(' ')?.split(' ');
    let mut field = Field {
        name: words.next()?,
        field_type: read_type(words.next()?, ids)?,
        required: false,
        merge: false,
        replace: false,
        retain_keys: false,
        merge_key: None,
        list_keys: Vec::new(),
        set: false,
        atomic: false,
        zero: ZeroRule::Usual,
        go_type: None,
    };
    for word in words {
        match word.split_once('=').unwrap_or((word, "")) {
            ("required", _) => field.required = true,
            ("merge", _) => field.merge = true,
            ("replace", _) => field.replace = true,
            ("retainKeys", _) => field.retain_keys = true,
            ("mergeKey", key) => field.merge_key = Some(key),
            ("keys", keys) => field.list_keys = keys.split(',').collect(),
            ("set", _) => field.set = true,
            ("atomic", _) => field.atomic = true,
            ("always", _) => field.zero = ZeroRule::Always,
            ("pointer", _) => field.zero = ZeroRule::Pointer,
            ("value", _) => field.zero = ZeroRule::Value,
            ("go", name) => field.go_type = Some(name),
            _ => {}
        }
    }
    Some(field)
}

fn read_type(word: &str, ids: &BTreeMap<&'static str, TypeId>) -> Option<FieldType> {
    if let Some(element) = word.strip_prefix("[]") {
        return Some(FieldType::List(Box::new(read_type(element, ids)?)));
    }
    if let Some(value) = word.strip_prefix("map:") {
        return Some(FieldType::Map(Box::new(read_type(value, ids)?)));
    }
    Some(match word {
        "string" => FieldType::String,
        "bool" => FieldType::Bool,
        "int32" => FieldType::Int32,
        "int64" => FieldType::Int64,
        "double" => FieldType::Double,
        "quantity" => FieldType::Quantity,
        "intOrString" => FieldType::IntOrString,
        "time" => FieldType::Time,
        "microTime" => FieldType::MicroTime,
        "bytes" => FieldType::Bytes,
        "any" => FieldType::Any,
        name => FieldType::Object(*ids.get(name)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads_whole() {
        let text = include_str!("schema.txt");
        let schema = Schema::builtin();
        let fields: usize = schema.types.iter().map(|t| t.fields.len()).sum();
        assert_eq!(
            fields,
            text.lines().filter(|line| line.starts_with(' ')).count(),
            "a field line was not understood"
        );
        assert_eq!(
            schema.kinds.len(),
            text.lines().filter(|line| line.starts_with("kind ")).count()
        );
        for info in &schema.types {
            assert!(
                info.fields.is_sorted_by(|a, b| a.name < b.name),
                "{} is not sorted",
                info.name
            );
            assert_eq!(schema.type_named(info.name).map(|t| t.name), Some(info.name));
        }
    }

    #[test]
    fn every_kind_in_every_version_has_a_type() {
        for kind in Kind::all() {
            let info = kind.info();
            assert!(Schema::builtin().of_kind(kind).is_some(), "{kind}");
            for api_version in info.also {
                assert!(
                    Schema::builtin().of(api_version, info.kind).is_some(),
                    "{api_version} {kind}"
                );
            }
        }
    }

    #[test]
    fn every_type_with_metadata_of_its_own_is_a_kind() {
        let schema = Schema::builtin();
        // Subresources' bodies are no kinds of stored objects.
        let subresources = ["Scale", "Eviction", "TokenRequest"];
        for (api_version, kind) in schema.kinds() {
            let has_metadata = schema
                .of(api_version, kind)
                .and_then(|t| t.field("metadata"))
                .is_some_and(|f| {
                    schema
                        .object(&f.field_type)
                        .is_some_and(|metadata| metadata.name == "meta.v1.ObjectMeta")
                });
            if has_metadata && !subresources.contains(&kind) {
                assert!(Kind::from_gvk(api_version, kind).is_some(), "{api_version} {kind}");
            }
        }
    }

    #[test]
    fn fields_say_how_they_merge() {
        let container = Schema::builtin()
            .type_named("core.v1.Container")
            .expect("containers are in the table");
        let ports = container.field("ports").expect("containers have ports");
        assert_eq!((ports.merge, ports.merge_key), (true, Some("containerPort")));
        assert_eq!(ports.list_keys, ["containerPort", "protocol"]);
        assert!(container.field("nmae").is_none());
    }
}
