# engine.gnuplot - engine.dat (engine.awk) as bars. Variables: data, out (FILE.svg).
set terminal svg size 1200,800 font "sans,12" background "white"
set output out
set style data histogram
set style histogram clustered gap 1
set style fill solid 0.8 noborder
set xtics rotate by -30
set grid ytics
set logscale y 2
set key outside right top
set multiplot layout 2,1
set yrange [0.5:*]
set title "frond --engine jit to qemu-system-riscv64: times as fast (same ELF)"
plot data using 2:xtic(1) title "M-mode", '' using 3 title "S-mode, Sv39", 1 with lines lc "black" notitle
set yrange [1:*]
set title "Times slower than native (cc -O2)"
plot data using 8:xtic(1) title "QEMU, M-mode", '' using 9 title "QEMU, Sv39", \
    '' using 6 title "frond, M-mode", '' using 7 title "frond, Sv39"
unset multiplot
