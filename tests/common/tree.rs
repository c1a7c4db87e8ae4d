// SPDX-License-Identifier: GPL-2.0-only

//! Source trees of kernels, as far as the tools look at them: only the lines that show what they do.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use postlink::kernel::differences;
use postlink::kernel::facts::Fact;
use postlink::kernel::modpost;
use postlink::kernel::modpost::Behaviour;
use postlink::kernel::probe::Presence;
use postlink::kernel::releases::Point;
use postlink::kernel::releases::Series;

/// Writes a tree whose `objtool` does what that of `release` does, but for `swapped`.
pub fn write_objtool(root: &Path, release: &str, swapped: Option<Fact>) {
    let point = point_of(release);
    let mut texts = BTreeMap::new();
    for row in differences::DIFFERENCES {
        for probe in row.probes {
            texts.entry(probe.file.paths()[0]).or_insert_with(String::new);
        }
        let holds = row.points.contains(point.bit) != (swapped == Some(row.fact));
        if let Some(probe) = row.probes.iter().find(|probe| (probe.shows_by == Presence::There) == holds) {
            let text = texts.entry(probe.file.paths()[0]).or_default();
            // The lines of two probes never follow each other.
            *text += &format!("\t{}\n/* */\n", probe.lines.join("\n\t"));
        }
    }
    write(root, texts);
}

/// Writes a tree whose `modpost` does what that of `release` does, but for `swapped`.
pub fn write_modpost(root: &Path, release: &str, swapped: Option<Behaviour>) {
    let point = point_of(release);
    let mut texts = BTreeMap::from([(modpost::differences::MODPOST, String::new())]);
    for row in modpost::differences::DIFFERENCES {
        let holds = row.points.contains(point.bit) != (swapped == Some(row.behaviour));
        if let Some(probe) = row.probes.iter().find(|probe| probe.by_presence == holds) {
            *texts.entry(probe.file).or_default() += &format!("{}\n", probe.text);
        }
    }
    write(root, texts);
}

fn point_of(release: &str) -> &'static Point {
    Series::of_version(release).expect("a version").release().point_of(release)
}

fn write(root: &Path, texts: BTreeMap<&str, String>) {
    for (file, text) in texts {
        let path = root.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }
}
