//! The TypeScript of types of every kind.

use expect_test::expect_file;
use sync_codegen::emit::typescript;
use sync_tests::types;

#[test]
fn types_of_every_kind_are_written() {
    let text = typescript(&types::api()).unwrap_or_else(|problems| format!("{problems:#?}"));
    expect_file!["../typescript/everyType.generated.ts"].assert_eq(&text);
}
