//! Values of columns, as a Postgres writes them as texts, and the JSON that they are.

use std::fmt::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sync_schema::{Body, Shape, Types, VariantBody};

/// What the texts of a column are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// JSON already.
    Json,
    /// A moment, with its offset from UTC.
    Moment,
    /// A day and a time, wherever that is.
    LocalMoment,
    /// A text, whatever it means.
    Text(TextKind),
    Bytes,
    /// A list of these, or a list of lists.
    List(Box<Kind>),
}

/// What a text means, as far as a field may ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextKind {
    Plain,
    Date,
    Time,
    Uuid,
}

impl Kind {
    /// Returns what the texts of a type are that is called so in `pg_catalog`; those of a type that is not known are texts.
    pub(super) fn of(name: &str) -> Self {
        if let Some(item) = name.strip_prefix('_') {
            return Self::List(Box::new(Self::of(item)));
        }
        match name {
            "bool" => Self::Bool,
            "int2" | "int4" | "int8" | "oid" => Self::Integer,
            "float4" | "float8" | "numeric" => Self::Number,
            "json" | "jsonb" => Self::Json,
            "timestamptz" => Self::Moment,
            "timestamp" => Self::LocalMoment,
            "date" => Self::Text(TextKind::Date),
            "time" => Self::Text(TextKind::Time),
            "uuid" => Self::Text(TextKind::Uuid),
            "bytea" => Self::Bytes,
            _ => Self::Text(TextKind::Plain),
        }
    }

    /// Returns how a column of these is to be read so that a field of a shape can have it; `None` where it cannot.
    pub(super) fn for_field(&self, shape: &Shape, types: &Types) -> Option<Self> {
        match (shape, self) {
            (Shape::Option(inner), _) => self.for_field(inner, types),
            (Shape::Named(key), _) => self.for_named(key, types),
            (Shape::Bool, Self::Bool)
            | (Shape::Integer { .. }, Self::Integer)
            | (Shape::Number { .. }, Self::Integer | Self::Number)
            | (Shape::Any, _) => Some(self.clone()),
            // Nobody can say what is in it: what does not fit is set aside.
            (Shape::Array(_) | Shape::Tuple(_) | Shape::Map(..) | Shape::Foreign { .. }, Self::Json) => {
                Some(Self::Json)
            }
            (Shape::Array(item), Self::List(kind)) => Some(Self::List(Box::new(kind.for_field(item, types)?))),
            (Shape::Text(format), _) => self.for_format(format),
            (Shape::String | Shape::Char, Self::List(_) | Self::Json) => None,
            // Whatever has a text may be one: a number that JavaScript would round, for example.
            (Shape::String, Self::Moment | Self::LocalMoment | Self::Bytes) => Some(self.clone()),
            (Shape::String | Shape::Char, _) => Some(Self::Text(TextKind::Plain)),
            _ => None,
        }
    }

    fn for_format(&self, format: &str) -> Option<Self> {
        let is_it = match (format, self) {
            ("date-time", Self::Moment) | ("local-date-time", Self::LocalMoment) => true,
            ("date", Self::Text(kind)) => *kind == TextKind::Date,
            ("local-time", Self::Text(kind)) => *kind == TextKind::Time,
            ("uuid", Self::Text(kind)) => matches!(kind, TextKind::Uuid | TextKind::Plain),
            _ => false,
        };
        is_it.then(|| self.clone())
    }

    /// An enum whose variants are words is a text; anything else with a name is JSON, or what it is another name of.
    fn for_named(&self, key: &str, types: &Types) -> Option<Self> {
        let body = &types.get(key)?.body;
        match body {
            Body::Alias(inner) => self.for_field(inner, types),
            Body::Enum(_, variants)
                if matches!(self, Self::Text(TextKind::Plain))
                    && variants.iter().all(|variant| variant.body == VariantBody::Unit) =>
            {
                Some(self.clone())
            }
            Body::Enum(..) | Body::Struct(_) => (*self == Self::Json).then_some(Self::Json),
        }
    }

    /// Says what it is, for a message.
    pub(super) fn words(shape: &Shape) -> String {
        match shape {
            Shape::Bool => "bool".to_owned(),
            Shape::Integer { .. } => "a whole number".to_owned(),
            Shape::Number { .. } => "a number".to_owned(),
            Shape::String | Shape::Char => "String".to_owned(),
            Shape::Text(format) => format!("a text of the format `{format}`"),
            Shape::Option(inner) => format!("Option of {}", Self::words(inner)),
            Shape::Array(inner) => format!("a list of {}", Self::words(inner)),
            Shape::Named(key) => key.rsplit("::").next().unwrap_or(key).to_owned(),
            Shape::Null | Shape::Any | Shape::Tuple(_) | Shape::Map(..) | Shape::Foreign { .. } => "JSON".to_owned(),
        }
    }

    /// Writes the JSON of a text.
    ///
    /// # Errors
    ///
    /// What it is that has no JSON.
    pub(super) fn write(&self, text: &str, out: &mut String) -> Result<(), &'static str> {
        match self {
            Self::Bool => out.push_str(match text {
                "t" | "true" => "true",
                "f" | "false" => "false",
                _ => return Err("no `bool`"),
            }),
            Self::Integer | Self::Number => {
                // Of all that a database calls a number, two are none.
                if text.contains(|letter: char| letter.is_ascii_alphabetic() && letter != 'e') {
                    return Err("a number that JSON has not");
                }
                out.push_str(text);
            }
            Self::Json => out.push_str(text),
            Self::Moment => write_moment(text, true, out)?,
            Self::LocalMoment => write_moment(text, false, out)?,
            Self::Text(_) => write_text(text, out),
            Self::Bytes => {
                let bytes = text.strip_prefix("\\x").and_then(unhex).ok_or("no bytes in hexadecimal digits")?;
                write_text(&BASE64_STANDARD.encode(bytes), out);
            }
            Self::List(kind) => {
                let end = write_list(text, kind, out)?;
                if end != text.len() {
                    return Err("no list");
                }
            }
        }
        Ok(())
    }
}

/// Writes a JSON string.
pub(super) fn write_text(text: &str, out: &mut String) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..0x20 => "",
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        if escaped.is_empty() {
            write!(out, "\\u{byte:04x}").unwrap_or_default();
        } else {
            out.push_str(escaped);
        }
        plain = at + 1;
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

/// `2026-11-30 06:30:55.5+00` is `2026-11-30T06:30:55.5+00:00`.
fn write_moment(text: &str, has_offset: bool, out: &mut String) -> Result<(), &'static str> {
    let (day, time) = text.split_once(' ').ok_or("a moment that is none, such as `infinity`")?;
    if time.contains(' ') {
        return Err("a moment before the year 1");
    }
    out.push('"');
    out.push_str(day);
    out.push('T');
    out.push_str(time);
    // The connection asks for UTC, whose offset is written short.
    if has_offset && time.as_bytes().iter().rev().nth(2).is_some_and(|sign| matches!(sign, b'+' | b'-')) {
        out.push_str(":00");
    }
    out.push('"');
    Ok(())
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect())?
}

/// Writes a list as `{1,NULL,"a b",{2}}`, and returns where it ends.
fn write_list(text: &str, kind: &Kind, out: &mut String) -> Result<usize, &'static str> {
    const BROKEN: &str = "no list";
    let bytes = text.as_bytes();
    // A list that does not begin with 1 says so: `[0:1]={a,b}`.
    let mut at = match bytes.first() {
        Some(b'[') => text.find('=').ok_or(BROKEN)? + 1,
        _ => 0,
    };
    if bytes.get(at) != Some(&b'{') {
        return Err(BROKEN);
    }
    at += 1;
    out.push('[');
    let mut is_first = true;
    loop {
        match bytes.get(at).ok_or(BROKEN)? {
            b'}' => {
                out.push(']');
                return Ok(at + 1);
            }
            b',' if !is_first => {
                out.push(',');
                at += 1;
            }
            _ if is_first => {}
            _ => return Err(BROKEN),
        }
        is_first = false;
        match bytes.get(at).ok_or(BROKEN)? {
            b'{' => at += write_list(&text[at..], kind, out)?,
            b'"' => {
                let mut item = String::new();
                let mut letters = text[at + 1..].char_indices();
                let end = loop {
                    match letters.next().ok_or(BROKEN)? {
                        (index, '"') => break index,
                        (_, '\\') => item.push(letters.next().ok_or(BROKEN)?.1),
                        (_, letter) => item.push(letter),
                    }
                };
                kind.write(&item, out)?;
                at += end + 2;
            }
            _ => {
                let end = text[at..].find([',', '}']).ok_or(BROKEN)? + at;
                match &text[at..end] {
                    "NULL" => out.push_str("null"),
                    item => kind.write(item, out)?,
                }
                at = end;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use sync_schema::{Absence, Definition, Field, Tagging, Variant};

    use super::*;

    fn written(kind: &str, text: &str) -> Result<String, &'static str> {
        let mut out = String::new();
        Kind::of(kind).write(text, &mut out)?;
        // Whatever is written is JSON.
        serde_json::from_str::<serde_json::Value>(&out).map_err(|_| "it is no JSON")?;
        Ok(out)
    }

    #[test]
    fn texts_of_columns_are_json() {
        for (kind, text, json) in [
            ("bool", "t", "true"),
            ("bool", "false", "false"),
            ("int4", "-7", "-7"),
            ("int8", "9223372036854775807", "9223372036854775807"),
            ("float8", "1e+20", "1e+20"),
            ("numeric", "1.50", "1.50"),
            ("text", "a \"b\" \\ \n\r\t\u{1} é", r#""a \"b\" \\ \n\r\t\u0001 é""#),
            ("json", r#"{ "a" : 1 }"#, r#"{ "a" : 1 }"#),
            ("timestamptz", "2026-11-30 06:30:55.5+00", "\"2026-11-30T06:30:55.5+00:00\""),
            ("timestamptz", "2026-11-30 06:30:55-03:30", "\"2026-11-30T06:30:55-03:30\""),
            ("timestamp", "2026-11-30 06:30:55", "\"2026-11-30T06:30:55\""),
            ("date", "2026-11-30", "\"2026-11-30\""),
            ("uuid", "5b2e", "\"5b2e\""),
            ("bytea", "\\x00ff", "\"AP8=\""),
            ("interval", "1 day", "\"1 day\""),
            ("_int4", "{}", "[]"),
            ("_int4", "{1,NULL,3}", "[1,null,3]"),
            ("_int4", "{{1,2},{3,4}}", "[[1,2],[3,4]]"),
            ("_int4", "[0:1]={1,2}", "[1,2]"),
            ("_text", r#"{a,"b, c","d \"e\" \\ }",NULL,"NULL",""}"#, r#"["a","b, c","d \"e\" \\ }",null,"NULL",""]"#),
            ("_bool", "{t,f}", "[true,false]"),
        ] {
            assert_eq!(written(kind, text).as_deref(), Ok(json), "{kind} {text}");
        }
    }

    #[test]
    fn what_json_has_not_is_told() {
        for (kind, text) in [
            ("float8", "NaN"),
            ("numeric", "Infinity"),
            ("timestamptz", "infinity"),
            ("timestamp", "0044-03-15 12:00:00 BC"),
            ("bool", "yes"),
            ("bytea", "\\x0"),
            ("bytea", "plain"),
            ("_int4", "{1"),
            ("_int4", "1,2"),
            ("_int4", "{1}x"),
            ("_text", "{\"a"),
            ("_text", "{a b,\"c\"d}"),
        ] {
            assert!(written(kind, text).is_err(), "{kind} {text}");
        }
    }

    #[test]
    fn a_field_has_the_columns_that_it_can_hold() {
        let mut types = Types::default();
        let unit = |name: &str| Variant {
            name: name.to_owned(),
            aliases: vec![],
            docs: String::new(),
            body: VariantBody::Unit,
        };
        let words = Body::Enum(Tagging::External, vec![unit("open"), unit("done")]);
        let state = types.define("app::State", |_| Definition::new("State", "app", "", words));
        let point = Body::Struct(vec![Field { absence: Absence::Required, ..Field::new("x", Shape::Bool) }]);
        let point = types.define("app::Point", |_| Definition::new("Point", "app", "", point));
        let integer = || Shape::Integer { min: 0, max: 9 };
        let option = |shape: Shape| Shape::Option(Box::new(shape));
        let list = |shape: Shape| Shape::Array(Box::new(shape));
        let text = |format: &'static str| Shape::Text(format.into());
        for (shape, fits, others) in [
            (Shape::Bool, "bool", "int4 text jsonb"),
            (option(Shape::Bool), "bool", "int4 text jsonb"),
            (integer(), "int2 int4 int8", "numeric float8 text bool"),
            (Shape::Number { max: 1.0 }, "int4 float4 float8 numeric", "text bool"),
            (Shape::String, "text varchar uuid int8 numeric timestamptz date inet bytea bool", "jsonb _text"),
            (text("date-time"), "timestamptz", "timestamp date text"),
            (text("local-date-time"), "timestamp", "timestamptz date text"),
            (text("date"), "date", "timestamptz time text"),
            (text("local-time"), "time", "timestamp date text"),
            (text("uuid"), "uuid text", "int8 date"),
            (list(Shape::String), "_text _uuid json jsonb", "text int4"),
            (list(integer()), "_int4 jsonb", "_text int4"),
            (Shape::Any, "jsonb text int4 _text", ""),
            (state, "text varchar", "int4 uuid"),
            (point, "json jsonb", "text int4"),
        ] {
            for kind in fits.split_whitespace() {
                assert!(Kind::of(kind).for_field(&shape, &types).is_some(), "{shape:?} of {kind}");
            }
            for kind in others.split_whitespace() {
                assert_eq!(Kind::of(kind).for_field(&shape, &types), None, "{shape:?} of {kind}");
            }
        }
        // A number as a text is written as one.
        let mut out = String::new();
        let kind = Kind::of("int8").for_field(&Shape::String, &types).expect("it fits");
        kind.write("12", &mut out).expect("it is written");
        assert_eq!(out, "\"12\"");
    }
}
