// SPDX-License-Identifier: GPL-2.0-only

//! The objects in `testdata` belong to the sources beside them.

use std::path::Path;
use std::process::Command;

use postlink::kernel::releases::RELEASES;
use postlink::kernel::releases::Series;

#[test]
fn built_objects_are_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let check =
        Command::new("scripts/testdata/objects").arg("--check").current_dir(root).output().expect("the script runs");
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
}

/// `scripts/lib/releases` says where the sources of each release come from, `kernel::releases` what is different about it.
#[test]
fn releases_that_were_compared_have_sources() {
    let text = include_str!("../scripts/lib/releases");
    let named: Vec<&str> =
        text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split(' ').next()).collect();
    for release in &RELEASES {
        for version in
            release.points.iter().flat_map(|point| [point.version].into_iter().chain(point.also.iter().copied()))
        {
            // A series stands for the newest of Debian's.
            let is_named = named.contains(&version) || named.contains(&release.name);
            assert!(is_named, "{version}: scripts/lib/releases does not say where its sources are");
        }
    }
    for name in named {
        let series = Series::of_version(name).expect("a version").name();
        assert!(name == series || name.starts_with(&format!("{series}.")), "{name} is none of the releases");
    }
}
