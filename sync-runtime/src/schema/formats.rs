//! Types whose JSON is a text in a fixed format: dates and times of chrono, as the ISO 8601 strings that chrono writes, and UUIDs.

use chrono::{DateTime, FixedOffset, Local, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use sync_schema::Shape;
use uuid::Uuid;

use super::{Element, Model, Wire};

const DATE_TIME: &str = "date-time";
const DATE: &str = "date";
const LOCAL_TIME: &str = "local-time";
const LOCAL_DATE_TIME: &str = "local-date-time";
const UUID: &str = "uuid";

/// Returns whether `text` is a value of `format`; a format that is not known here has no rules.
pub(super) fn is_valid(format: &str, text: &str) -> bool {
    match format {
        DATE_TIME => text.parse::<DateTime<FixedOffset>>().is_ok(),
        DATE => text.parse::<NaiveDate>().is_ok(),
        LOCAL_TIME => text.parse::<NaiveTime>().is_ok(),
        LOCAL_DATE_TIME => text.parse::<NaiveDateTime>().is_ok(),
        UUID => text.parse::<Uuid>().is_ok(),
        _ => true,
    }
}

macro_rules! texts {
    ($($text:ty: $format:expr),* $(,)?) => { $(
        impl Wire for $text {
            fn shape(_: &mut Model) -> Shape {
                Shape::Text($format.into())
            }
        }
        impl Element for $text {}
    )* };
}

texts! {
    DateTime<Utc>: DATE_TIME,
    DateTime<FixedOffset>: DATE_TIME,
    DateTime<Local>: DATE_TIME,
    NaiveDate: DATE,
    NaiveTime: LOCAL_TIME,
    NaiveDateTime: LOCAL_DATE_TIME,
    Uuid: UUID,
}
