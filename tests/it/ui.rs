//! What must not compile, and what is said about it.
//!
//! One run for all cases: the project that trybuild makes of them is built once. `TRYBUILD=overwrite` rewrites what is expected.

#[test]
fn mistakes_are_told_once_at_the_users_own_tokens() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*/*.rs");
}
