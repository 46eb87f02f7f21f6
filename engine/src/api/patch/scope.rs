//! What the schema table says about the place a merge has come to.

use crate::api::schema::{Field, FieldType, Schema, TypeInfo};

/// What the map being merged is.
#[derive(Clone, Copy)]
pub(super) enum Scope {
    /// An object of this type.
    Struct(&'static TypeInfo),
    /// A map with values of this type.
    Map(&'static FieldType),
    /// Nothing is known of it.
    Unknown,
}

/// How a list or map in a field merges.
#[derive(Clone, Copy)]
pub(super) struct Strategy {
    /// What the value, or an element of the list, is.
    pub inner: Scope,
    /// Whether a list merges element by element; else the patch replaces it.
    pub merge: bool,
    /// Whether a map is replaced as a whole.
    pub replace: bool,
    /// Whether keys that a change does not name are dropped.
    pub retain_keys: bool,
    /// The field that identifies elements; empty for scalars.
    pub merge_key: &'static str,
}

impl Scope {
    fn of(field_type: &'static FieldType) -> Scope {
        match field_type {
            FieldType::Object(id) => Schema::builtin().type_info(*id).map_or(Scope::Unknown, Scope::Struct),
            FieldType::Map(value) => Scope::Map(value),
            FieldType::List(item) => Scope::of(item),
            _ => Scope::Unknown,
        }
    }

    /// How the value under a key merges.
    pub fn strategy(self, key: &str) -> Strategy {
        match self {
            Scope::Struct(info) => info.field(key).map_or(Strategy::UNKNOWN, Strategy::of),
            Scope::Map(value) => Strategy {
                inner: Scope::of(value),
                ..Strategy::UNKNOWN
            },
            Scope::Unknown => Strategy::UNKNOWN,
        }
    }
}

impl Strategy {
    const UNKNOWN: Strategy = Strategy {
        inner: Scope::Unknown,
        merge: false,
        replace: false,
        retain_keys: false,
        merge_key: "",
    };

    fn of(field: &'static Field) -> Strategy {
        Strategy {
            inner: Scope::of(&field.field_type),
            merge: field.merge,
            replace: field.replace,
            retain_keys: field.retain_keys,
            merge_key: field.merge_key.unwrap_or_default(),
        }
    }
}
