#[test]
fn finds() {}
