// SPDX-License-Identifier: GPL-2.0-only

// Asks LLVM's machine description of AArch64 about instruction words.
//
// usage: oracle SEED COUNT [MASK VALUE]
//
// Takes COUNT words from a simple generator, forces the bits of MASK to those of VALUE, and writes for each a record of
// 16 bytes, little-endian: the word, the general registers written (bit n for xn, bit 31 for sp), the branch's distance,
// and flags. scripts/parity/arm64-decoder compiles it; scripts/devtools reads what it writes.
#include "llvm/ADT/ArrayRef.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDisassembler/MCDisassembler.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstrAnalysis.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Triple.h"
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

using namespace llvm;

enum Flag : uint32_t {
    VALID = 1,
    CALL = 2,
    RETURN = 4,
    INDIRECT = 8,
    CONDITIONAL = 16,
    UNCONDITIONAL = 32,
    BARRIER = 64,
    HAS_TARGET = 128,
};

struct Record {
    uint32_t word, written;
    int32_t disp;
    uint32_t flags;
};

// The general registers that each physical register overlaps.
static std::vector<uint32_t> register_masks(const MCRegisterInfo &registers) {
    std::vector<uint32_t> masks(registers.getNumRegs());
    std::vector<MCRegister> general(32);
    for (unsigned reg = 1; reg < registers.getNumRegs(); ++reg) {
        StringRef name = registers.getName(reg);
        unsigned number;
        if (name == "SP")
            general[31] = reg;
        else if (name == "LR")
            general[30] = reg;
        else if (name == "FP")
            general[29] = reg;
        else if (name.size() > 1 && name[0] == 'X' && !name.drop_front().getAsInteger(10, number) && number < 31)
            general[number] = reg;
    }
    for (unsigned reg = 1; reg < registers.getNumRegs(); ++reg)
        for (unsigned n = 0; n < 32; ++n)
            if (registers.regsOverlap(reg, general[n]))
                masks[reg] |= 1u << n;
    return masks;
}

int main(int argc, char **argv) {
    if (argc != 3 && argc != 5)
        return 2;
    uint64_t state = strtoull(argv[1], nullptr, 0) * 2 + 1, count = strtoull(argv[2], nullptr, 0);
    uint32_t mask = argc == 5 ? strtoul(argv[3], nullptr, 0) : 0, value = argc == 5 ? strtoul(argv[4], nullptr, 0) : 0;

    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64Disassembler();
    std::string triple = "aarch64-linux-gnu", error;
    const Target *target = TargetRegistry::lookupTarget(triple, error);
    if (!target) {
        fprintf(stderr, "oracle: %s\n", error.c_str());
        return 1;
    }
    std::unique_ptr<MCRegisterInfo> registers(target->createMCRegInfo(triple));
    MCTargetOptions options;
    std::unique_ptr<MCAsmInfo> assembler(target->createMCAsmInfo(*registers, triple, options));
    std::unique_ptr<MCSubtargetInfo> subtarget(target->createMCSubtargetInfo(triple, "", "+all"));
    std::unique_ptr<MCInstrInfo> instructions(target->createMCInstrInfo());
    std::unique_ptr<MCInstrAnalysis> analysis(target->createMCInstrAnalysis(instructions.get()));
    MCContext context(Triple(triple), assembler.get(), registers.get(), subtarget.get());
    std::unique_ptr<MCDisassembler> disassembler(target->createMCDisassembler(*subtarget, context));
    std::vector<uint32_t> masks = register_masks(*registers);

    const uint64_t base = 1 << 30;
    std::vector<Record> out;
    while (count--) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        uint32_t word = (uint32_t(state >> 32) & ~mask) | value;
        uint8_t bytes[4] = {uint8_t(word), uint8_t(word >> 8), uint8_t(word >> 16), uint8_t(word >> 24)};
        Record record = {word, 0, 0, 0};
        MCInst inst;
        uint64_t size;
        if (disassembler->getInstruction(inst, size, bytes, base, nulls()) != MCDisassembler::Fail) {
            const MCInstrDesc &desc = instructions->get(inst.getOpcode());
            record.flags = VALID | (desc.isCall() ? CALL : 0) | (desc.isReturn() ? RETURN : 0) |
                           (desc.isIndirectBranch() ? INDIRECT : 0) | (desc.isConditionalBranch() ? CONDITIONAL : 0) |
                           (desc.isUnconditionalBranch() ? UNCONDITIONAL : 0) | (desc.isBarrier() ? BARRIER : 0);
            for (unsigned i = 0; i < desc.getNumDefs() && i < inst.getNumOperands(); ++i)
                if (inst.getOperand(i).isReg())
                    record.written |= masks[inst.getOperand(i).getReg()];
            for (MCPhysReg reg : desc.implicit_defs())
                record.written |= masks[reg];
            uint64_t goal;
            if ((desc.isBranch() || desc.isCall()) && analysis->evaluateBranch(inst, base, 4, goal)) {
                record.flags |= HAS_TARGET;
                record.disp = int32_t(int64_t(goal - base));
            }
        }
        out.push_back(record);
        if (out.size() == 1 << 14 || count == 0) {
            fwrite(out.data(), sizeof(Record), out.size(), stdout);
            out.clear();
        }
    }
    return 0;
}
