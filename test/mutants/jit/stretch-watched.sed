# riscv/mmu.c: a page that comes to be watched ends the stretch for stores
/^static void protect/,/^}/ s/^ *forget_stretch\(.*$/;/
