"""System tasks and functions, by what they do (IEEE 1800-2017 clauses 20 and 21)."""

from __future__ import annotations

COMPUTING = frozenset(
    """
    $acos $acosh $asin $asinh $atan $atan2 $atanh $bits $bitstoreal $bitstoshortreal $cast $ceil $changed
    $clog2 $cos $cosh $countbits $countones $dimensions $exp $fell $floor $high $hypot $increment
    $isunbounded $isunknown $itor $left $ln $log10 $low $onehot $onehot0 $past $pow $random $realtime
    $realtobits $right $root $rose $rtoi $sampled $shortrealtobits $signed $sin $sinh $size $sqrt $stable
    $stime $tan $tanh $time $typename $unit $unpacked_dimensions $unsigned $urandom $urandom_range
    $assertcontrol $assertfailoff $assertfailon $assertkill $assertnonvacuouson $assertoff $asserton
    $assertpassoff $assertpasson $assertvacuousoff
    $fullskew $hold $nochange $period $recovery $recrem $removal $setup $setuphold $skew $timeskew $width
    """.split()
)
"""System tasks and functions that only compute (IEEE 1800-2017 clauses 20 and 31)."""

OF_THE_RUN = frozenset(
    """
    $assertcontrol $assertfailoff $assertfailon $assertkill $assertnonvacuouson $assertoff $asserton
    $assertpassoff $assertpasson $assertvacuousoff
    $random $realtime $stime $time $urandom $urandom_range
    """.split()
)
"""Those that tell or change something of the whole run: the time, the random numbers that a testbench
draws as well, whether assertions speak. Refused in a design that meets a testbench."""

SPEAKING = frozenset(
    """
    $display $displayb $displayh $displayo $error $exit $fatal $finish $info $monitor $monitorb $monitorh
    $monitoro $monitoroff $monitoron $printtimescale $stop $strobe $strobeb $strobeh $strobeo
    $timeformat $warning $write $writeb $writeh $writeo
    """.split()
)
"""Those that print or stop: harmless in a design, refused in one that will meet a testbench, since
there they could print its pass text or end it early."""
