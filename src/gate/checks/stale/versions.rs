// SPDX-License-Identifier: GPL-2.0-only

//! Versions of exports, as the compilation of their files recorded them, against the dump of `modpost`.

use std::collections::BTreeMap;

use crate::gate::check::WorldCx;
use crate::gate::finding::GateFinding;

/// One finding for each file with exports whose versions `modpost` has not seen.
pub fn look(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let Some(symvers) = cx.inputs.symvers.as_ref().filter(|_| cx.inputs.config.has("MODVERSIONS")) else {
        return Vec::new();
    };
    let listed: BTreeMap<&str, u32> =
        symvers.iter().filter_map(|line| Some((line.symbol.as_str(), line.crc?))).collect();
    // Who uses an export with another version than the dump's has been named.
    let is_known =
        |symbol: &str| cx.found.iter().any(|finding| finding.check == "versions" && finding.symbol == symbol);
    let mut findings = Vec::new();
    for file in &cx.inputs.objects {
        let recorded = file.command.iter().flat_map(|command| &command.symvers);
        let other: Vec<(&str, u32, u32)> = recorded
            .filter_map(|(symbol, crc)| Some((symbol.as_str(), *crc, *listed.get(symbol.as_str())?)))
            .filter(|(symbol, crc, listed)| crc != listed && !is_known(symbol))
            .collect();
        let Some((symbol, crc, in_dump)) = other.first() else { continue };
        let more = if other.len() > 1 { format!(", and {} more differ", other.len() - 1) } else { String::new() };
        let text = format!(
            "modpost was not run after {}: '{symbol}' has the version {crc:#010x} there, Module.symvers has {in_dump:#010x}{more}",
            file.name
        );
        let mut finding = GateFinding::new("dump", text).symbol(*symbol).counterpart("Module.symvers");
        finding.detail.push(super::mend(cx, "Module.symvers"));
        findings.push(finding.about(&file.subject, &file.name));
    }
    findings
}
