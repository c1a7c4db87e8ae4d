savedcmd_Module.symvers := scripts/mod/modpost -M -m -b -a -E -o Module.symvers -T modules.order -i @KERNEL@/Module.symvers -e
