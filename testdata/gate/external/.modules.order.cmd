savedcmd_modules.order := {   echo plain.o;   echo pair.o; :; } > modules.order
