//! The objects in `testdata` belong to the sources beside them.

use std::path::Path;
use std::process::Command;

#[test]
fn built_objects_are_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let check =
        Command::new("scripts/testdata/objects").arg("--check").current_dir(root).output().expect("the script runs");
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
}
