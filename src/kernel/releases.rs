// SPDX-License-Identifier: GPL-2.0-only

//! The releases whose tools are rebuilt here: the one table that everything which names releases comes from.
//!
//! A *point* is one stable release whose original was compared with; points of a release differ by backports. Whatever
//! else names releases (scripts, tests, README) asks `postlink series`.

use bitflags::bitflags;

bitflags! {
    /// Points, as a set: in which of them something holds.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct In: u32 {
        /// 5.10.223.
        const V5_10 = 1 << 0;
        /// 5.15.85.
        const V5_15_85 = 1 << 1;
        /// 5.15.135.
        const V5_15_135 = 1 << 2;
        /// 6.1.
        const V6_1 = 1 << 3;
        /// Android's common kernel, 6.6.77.
        const V6_6_ANDROID = 1 << 4;
        /// 6.6.80.
        const V6_6 = 1 << 5;
        /// 6.12.117.
        const V6_12_117 = 1 << 6;
        /// 6.18.2.
        const V6_18_2 = 1 << 7;
        /// 6.18.35.
        const V6_18 = 1 << 8;
        /// 7.2.
        const V7_2 = 1 << 9;
        /// 7.3.
        const V7_3 = 1 << 10;
        /// 6.12.95.
        const V6_12_95 = 1 << 11;
        /// 6.12.107.
        const V6_12_107 = 1 << 12;

        /// 5.15.
        const V5_15 = Self::V5_15_85.bits() | Self::V5_15_135.bits();
        /// 6.12, whose points differ in `modpost` and in names alone.
        const V6_12 = Self::V6_12_95.bits() | Self::V6_12_107.bits() | Self::V6_12_117.bits();

        /// 7.2 and newer.
        const SINCE_7_2 = Self::V7_2.bits() | Self::V7_3.bits();
        /// 6.18 and newer.
        const SINCE_6_18 = Self::V6_18_2.bits() | Self::V6_18.bits() | Self::SINCE_7_2.bits();
        /// 6.12 and newer.
        const SINCE_6_12 = Self::V6_12.bits() | Self::SINCE_6_18.bits();
        /// 6.6 and newer.
        const SINCE_6_6 = Self::V6_6_ANDROID.bits() | Self::V6_6.bits() | Self::SINCE_6_12.bits();
        /// 6.1 and newer.
        const SINCE_6_1 = Self::V6_1.bits() | Self::SINCE_6_6.bits();
        /// 5.15 and newer.
        const SINCE_5_15 = Self::V5_15.bits() | Self::SINCE_6_1.bits();
        /// All.
        const ALL = Self::V5_10.bits() | Self::SINCE_5_15.bits();

        /// 5.15 and older.
        const UP_TO_5_15 = Self::ALL.bits() & !Self::SINCE_6_1.bits();
        /// 6.1 and older.
        const UP_TO_6_1 = Self::ALL.bits() & !Self::SINCE_6_6.bits();
        /// 6.6 and older.
        const UP_TO_6_6 = Self::ALL.bits() & !Self::SINCE_6_12.bits();
        /// 6.12 and older.
        const UP_TO_6_12 = Self::ALL.bits() & !Self::SINCE_6_18.bits();
        /// 6.18 and older.
        const UP_TO_6_18 = Self::ALL.bits() & !Self::SINCE_7_2.bits();
        /// 7.2 and older.
        const UP_TO_7_2 = Self::ALL.bits() & !Self::V7_3.bits();
    }
}

/// A release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Series {
    /// 5.10.
    V5_10,
    /// 5.15: as 5.10, with the file names of Clang's LTO in `modpost`.
    V5_15,
    /// 6.1.
    V6_1,
    /// 6.6.
    V6_6,
    /// 6.12.
    V6_12,
    /// 6.18.
    V6_18,
    /// 7.2.
    V7_2,
    /// 7.3.
    V7_3,
}

/// One line of the table.
#[derive(Debug)]
pub struct Release {
    /// Which one.
    pub series: Series,
    /// What users call it.
    pub name: &'static str,
    /// The first version that is taken for this release where there is no source tree to look at.
    pub from: (u32, u32),
    /// Whether `objtool` behaves as this release's.
    pub has_objtool: bool,
    /// Stable releases that were compared, oldest first. The last one stands for the release.
    pub points: &'static [Point],
}

/// A stable release whose original was compared with.
#[derive(Debug, PartialEq, Eq)]
pub struct Point {
    /// Its version.
    pub version: &'static str,
    /// Its bit.
    pub bit: In,
    /// Other stable releases that are the same in everything but lists of names, compared as well.
    pub also: &'static [&'static str],
}

/// All releases, oldest first.
pub static RELEASES: [Release; 8] = [
    Release {
        series: Series::V5_10,
        name: "5.10",
        from: (5, 10),
        has_objtool: true,
        points: &[point("5.10.223", In::V5_10, &[])],
    },
    Release {
        series: Series::V5_15,
        name: "5.15",
        from: (5, 12),
        has_objtool: true,
        points: &[point("5.15.85", In::V5_15_85, &[]), point("5.15.135", In::V5_15_135, &[])],
    },
    Release {
        series: Series::V6_1,
        name: "6.1",
        from: (5, 19),
        has_objtool: true,
        points: &[point("6.1.192", In::V6_1, &[])],
    },
    Release {
        series: Series::V6_6,
        name: "6.6",
        from: (6, 4),
        has_objtool: true,
        points: &[point("6.6.77-android15", In::V6_6_ANDROID, &[]), point("6.6.80", In::V6_6, &[])],
    },
    Release {
        series: Series::V6_12,
        name: "6.12",
        from: (6, 9),
        has_objtool: true,
        points: &[
            point("6.12.95", In::V6_12_95, &[]),
            point("6.12.107", In::V6_12_107, &[]),
            point("6.12.117", In::V6_12_117, &[]),
        ],
    },
    Release {
        series: Series::V6_18,
        name: "6.18",
        from: (6, 15),
        has_objtool: true,
        points: &[point("6.18.2", In::V6_18_2, &[]), point("6.18.35", In::V6_18, &[])],
    },
    Release {
        series: Series::V7_2,
        name: "7.2",
        from: (6, 19),
        has_objtool: true,
        points: &[point("7.2.13", In::V7_2, &["7.2.12"])],
    },
    Release {
        series: Series::V7_3,
        name: "7.3",
        from: (7, 3),
        has_objtool: true,
        points: &[point("7.3.4", In::V7_3, &[])],
    },
];

const fn point(version: &'static str, bit: In, also: &'static [&'static str]) -> Point {
    Point { version, bit, also }
}

impl Series {
    /// Its line of the table.
    #[expect(clippy::indexing_slicing, reason = "the table is not empty")]
    pub fn release(self) -> &'static Release {
        // The table has a line for every series; a test sees to that.
        RELEASES.iter().find(|release| release.series == self).unwrap_or(&RELEASES[RELEASES.len() - 1])
    }

    /// The name users give it.
    pub fn name(self) -> &'static str {
        self.release().name
    }

    /// The newest.
    pub const NEWEST: Self = Self::V7_3;

    /// The series that a name or a version such as `6.12`, `6.12.117` or `7.3.4-amd64` belongs to.
    pub fn of_version(version: &str) -> Option<Self> {
        let (major, minor, _) = parts(version)?;
        let upto = RELEASES.iter().rev().find(|release| release.from <= (major, minor));
        Some(upto.map_or(Series::V5_10, |release| release.series))
    }
}

impl Release {
    /// The point that stands for the release.
    pub fn newest(&self) -> &'static Point {
        static NONE: Point = point("", In::empty(), &[]);
        self.series.release().points.last().unwrap_or(&NONE)
    }

    /// The point that is closest to a version of this release: the last one that is not newer.
    pub fn point_of(&self, version: &str) -> &'static Point {
        let points = self.series.release().points;
        if let Some(same) = points.iter().find(|point| is_version(version, point.version)) {
            return same;
        }
        let Some((major, minor, Some(level))) = parts(version) else { return self.newest() };
        let is_plain = |point: &&Point| !point.version.contains('-');
        let is_older = |point: &&Point| parts(point.version).is_some_and(|known| known <= (major, minor, Some(level)));
        let mut plain = points.iter().filter(is_plain);
        points.iter().filter(is_plain).rfind(is_older).or_else(|| plain.next()).unwrap_or(self.newest())
    }
}

impl Point {
    /// The release it is of.
    #[expect(clippy::indexing_slicing, reason = "the table is not empty")]
    pub fn release(&self) -> &'static Release {
        let has = |release: &&Release| release.points.iter().any(|point| point.bit == self.bit);
        RELEASES.iter().find(has).unwrap_or(&RELEASES[RELEASES.len() - 1])
    }
}

/// All points, oldest first.
pub fn points() -> impl DoubleEndedIterator<Item = &'static Point> {
    RELEASES.iter().flat_map(|release| release.points)
}

/// Whether `version` is `known` or begins with it and goes on with something else than a number.
fn is_version(version: &str, known: &str) -> bool {
    version.strip_prefix(known).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Major and minor number of a version, and the third if there is one.
pub fn parts(version: &str) -> Option<(u32, u32, Option<u32>)> {
    let digits = |text: &str| text.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default().to_owned();
    let mut words = version.trim_start_matches('v').splitn(3, '.');
    let major = number(words.next()?)?;
    let minor = words.next()?;
    let level = if minor.bytes().all(|byte| byte.is_ascii_digit()) { words.next() } else { None };
    Some((major, number(&digits(minor))?, level.and_then(|level| number(&digits(level)))))
}

fn number(text: &str) -> Option<u32> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_complete() {
        assert!(RELEASES.is_sorted_by(|a, b| a.from < b.from && a.series < b.series));
        assert!(RELEASES.iter().all(|release| release.series.name() == release.name && !release.points.is_empty()));
        let all = points().fold(In::empty(), |all, point| {
            assert!(!all.intersects(point.bit), "{}: its bit is taken", point.version);
            all | point.bit
        });
        assert_eq!(all, In::ALL);
        assert_eq!(RELEASES.last().map(|release| release.series), Some(Series::NEWEST));
    }

    #[test]
    fn versions_belong_to_series() {
        for (version, series) in [
            ("5.10", Some(Series::V5_10)),
            ("4.19.300", Some(Series::V5_10)),
            ("5.12-rc1", Some(Series::V5_15)),
            ("5.18.19", Some(Series::V5_15)),
            ("6.1.192", Some(Series::V6_1)),
            ("6.6.80", Some(Series::V6_6)),
            ("6.12.117-amd64", Some(Series::V6_12)),
            ("6.18", Some(Series::V6_18)),
            ("7.2.12", Some(Series::V7_2)),
            ("7.3.4+deb13-amd64", Some(Series::V7_3)),
            ("v9.0", Some(Series::V7_3)),
            ("7", None),
            ("", None),
            ("x.y", None),
            ("6.x", None),
            ("99999999999.1", None),
        ] {
            assert_eq!(Series::of_version(version), series, "{version}");
        }
    }

    #[test]
    fn versions_belong_to_points() {
        for (series, version, point) in [
            (Series::V6_18, "6.18", "6.18.35"),
            (Series::V6_18, "6.18.2", "6.18.2"),
            (Series::V6_18, "6.18.20", "6.18.2"),
            (Series::V6_18, "6.18.1", "6.18.2"),
            (Series::V6_18, "6.18.350-amd64", "6.18.35"),
            (Series::V6_12, "6.12", "6.12.117"),
            (Series::V6_12, "6.12.107", "6.12.107"),
            (Series::V6_6, "6.6.77-android15-8-g0", "6.6.77-android15"),
            (Series::V6_6, "6.6.77", "6.6.80"),
            (Series::V6_6, "6.6.80", "6.6.80"),
            (Series::V7_3, "9.1", "7.3.4"),
        ] {
            assert_eq!(series.release().point_of(version).version, point, "{version}");
        }
    }
}
