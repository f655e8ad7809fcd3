//! What fuzzing has found, tried again: the same properties, over the inputs that are kept in `fuzz/corpus`.

use std::path::Path;

#[path = "../../fuzz/src/lib.rs"]
mod properties;

type Property = fn(&[u8]);

const TARGETS: &[(&str, Property)] =
    &[("frames", properties::frames), ("bodies", properties::bodies), ("headers", properties::headers)];

#[test]
fn what_was_found_still_holds() {
    for (target, holds) in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
        let found: Vec<_> =
            std::fs::read_dir(&folder).expect("a corpus").map(|entry| entry.expect("a file").path()).collect();
        assert!(found.len() >= 10, "{target} has inputs");
        for path in found {
            let input = std::fs::read(&path).expect("bytes");
            let held = std::panic::catch_unwind(|| holds(&input));
            assert!(held.is_ok(), "{}", path.display());
        }
    }
}
