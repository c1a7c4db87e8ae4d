// SPDX-License-Identifier: GPL-2.0-only

//! What `--stackval` says.

use crate::arm64::finding::Arm64Finding;
use crate::arm64::finding::Kind;
use crate::arm64::object::Place;

use super::StackTable;
use super::TroubleKind;
use super::state::StateConflict;

/// Everything that is wrong and everything that could not be followed, in order of place.
pub fn findings(table: &StackTable) -> Vec<Arm64Finding> {
    let mut all: Vec<Arm64Finding> =
        table.troubles.iter().map(|trouble| describe(trouble.kind, trouble.place)).collect();
    let mut unresolved: Vec<_> = table.functions.iter().filter_map(|function| function.unresolved).collect();
    unresolved.sort_by_key(|(place, _)| *place);
    // Parts of one function share its jump.
    unresolved.dedup_by_key(|(place, _)| *place);
    all.extend(unresolved.iter().map(|(place, why)| Arm64Finding::at(*place, Kind::StackUnresolved).with(*why)));
    // Where paths disagree, one of them fails in another way as well; that they do is the reason.
    all.sort_by_key(|finding| (finding.place, finding.kind != Kind::StackConflict));
    all.dedup_by_key(|finding| finding.place);
    all
}

fn describe(kind: TroubleKind, place: Place) -> Arm64Finding {
    let kind = match kind {
        TroubleKind::Conflict(conflict) => return Arm64Finding::at(place, Kind::StackConflict).with(about(conflict)),
        TroubleKind::CfaLost => Kind::StackLost,
        TroubleKind::FallsThrough => Kind::StackFallsThrough,
        TroubleKind::TailCall => Kind::StackTailCall,
        TroubleKind::ReturnWithFrame => Kind::StackReturn,
        TroubleKind::ReturnLost => Kind::StackReturnLost,
        TroubleKind::ReturnSigned => Kind::StackReturnSigned,
    };
    Arm64Finding::at(place, kind)
}

fn about(conflict: StateConflict) -> &'static str {
    match conflict {
        StateConflict::Cfa => "the frame address",
        StateConflict::Fp => "where the caller's x29 is",
        StateConflict::Lr => "where the return address is",
        StateConflict::Signing => "whether the return address is signed",
    }
}
