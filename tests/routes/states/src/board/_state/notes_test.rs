#[test]
fn it_is_tested() {}
