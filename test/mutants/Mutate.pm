# Mutate.pm - every small change of a C file, in order: Mutate::of(FILE, TEXT, CODES).
#
# A mutant is {name, file, line, func, text, op, n, at, len, new}: `len` bytes at offset `at` become
# `new`. What it is known by when lines move is {file, func, text, op, n}: `text` is the source line
# without comments and indentation, `n` counts the places of `op` on it (and on equal lines of the
# function). Comments and contracts, strings, preprocessor lines and the sizes of arrays stay as they are.
#
# Operators:
#   lt-le lt-ge le-lt le-gt gt-ge gt-le ge-gt ge-lt eq-ne ne-eq   a comparison: its neighbour, its contrary
#   truth   not       what is only tested for truth is negated; a ! is dropped
#   and-or  or-and    && and ||
#   bits-or bits-and  & and |, &= and |=
#   lit+1   lit-1     an integer literal
#   add-sub sub-add   + and -, += and -=
#   inc-none inc-dec dec-none dec-inc     ++ and --
#   bool    verdict   true and false; a function returns the contrary
#   code-NAME         an enumerator becomes NAME, of the same enum; flags and sizes (enums with =) do not
#   text    null      a function of strings returns one instead of NULL, or NULL instead of one
package Mutate;
use strict;
use warnings;
no warnings 'portable';    # hexadecimal numbers of 64 bits

my %CHANGES = (
    '<'  => [ 'lt-le', '<=', 'lt-ge', '>=' ],
    '<=' => [ 'le-lt', '<',  'le-gt', '>' ],
    '>'  => [ 'gt-ge', '>=', 'gt-le', '<=' ],
    '>=' => [ 'ge-gt', '>',  'ge-lt', '<' ],
    '==' => [ 'eq-ne', '!=' ],
    '!=' => [ 'ne-eq', '==' ],
    '!'  => [ 'not',   '' ],
    '&&' => [ 'and-or', '||' ],
    '||' => [ 'or-and', '&&' ],
    '&=' => [ 'bits-or',  '|=' ],
    '|=' => [ 'bits-and', '&=' ],
    '+=' => [ 'add-sub',  '-=' ],
    '-=' => [ 'sub-add',  '+=' ],
    '++' => [ 'inc-none', '', 'inc-dec', '--' ],
    '--' => [ 'dec-none', '', 'dec-inc', '++' ],
);
my %BINARY = (
    '&' => [ 'bits-or',  '|' ],
    '|' => [ 'bits-and', '&' ],
    '+' => [ 'add-sub',  '-' ],
    '-' => [ 'sub-add',  '+' ],
);

my $COMPARES = qr/^(?:[<>]=?|[=!]=|&&|\|\||!)$/;
my $LEFT_END = qr/^(?:&&|\|\||[(\[{;,?:]|[|&+-]?=|return)$/;
my $RIGHT_END = qr/^(?:&&|\|\||[)\]};,?:])$/;

# [kind, text, offset] for each token; kinds: word, number, string, op.
sub tokens {
    my ($text) = @_;
    my @t;

    pos($text) = 0;
    while (pos($text) < length $text) {
        next if $text =~ m{\G(?:\s+|/\*.*?\*/|//[^\n]*)}gcs;
        next if $text =~ m{\G^[ \t]*\#(?:[^\\\n]|\\.)*}gcms;
        my $at = pos $text;
        my $kind =
            $text =~ /\G[A-Za-z_]\w*/gc                               ? 'word'
          : $text =~ /\G\d\w*/gc                                      ? 'number'
          : $text =~ /\G(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/gcs ? 'string'
          : $text =~ /\G(?:<<=|>>=|\.\.\.|->|\+\+|--|<<|>>|[<>=!&|+\-*\/%^]=|&&|\|\||.)/gcs ? 'op'
          :                                                             die 'no token';
        push @t, [ $kind, substr($text, $at, pos($text) - $at), $at ];
    }
    return @t;
}

# For each bracket, the index of its partner.
sub partners {
    my (@open, %partner);

    for my $i (0 .. $#_) {
        if ($_[$i][1] =~ /^[(\[{]$/) {
            push @open, $i;
        } elsif ($_[$i][1] =~ /^[)\]}]$/) {
            my $o = pop @open;
            @partner{ $o, $i } = ($i, $o);
        }
    }
    return \%partner;
}

# Enumerators that are codes, in some texts: {NAME => [the others of its enum]}.
sub codes {
    my %codes;

    for my $text (@_) {
        my @t = tokens($text);
        my $partner = partners(@t);
        for my $i (grep { $_ >= 1 && $t[$_][1] eq '{' } 0 .. $#t) {
            next unless $t[ $i - 1 ][1] eq 'enum' || $t[ $i - 2 ][1] eq 'enum';
            my @in = @t[ $i + 1 .. $partner->{$i} - 1 ];
            next if grep { $_->[1] eq '=' } @in;
            my @names = map { $_->[1] } grep { $_->[0] eq 'word' } @in;
            for my $n (@names) {
                $codes{$n} = [ grep { $_ ne $n } @names ];
            }
        }
    }
    return \%codes;
}

# ---- One file under way: $s = {text, t, partner, codes, func, type, out} --------------------------------

# Tokens i to j become $new.
sub put {
    my ($s, $i, $j, $op, $new) = @_;
    my $at = $s->{t}[$i][2];
    my $len = $s->{t}[$j][2] + length($s->{t}[$j][1]) - $at;

    push @{ $s->{out} }, { op => $op, at => $at, len => $len, new => $new, func => $s->{func}[$i] };
}

sub source {
    my ($s, $i, $j) = @_;
    my $at = $s->{t}[$i][2];

    return substr $s->{text}, $at, $s->{t}[$j][2] + length($s->{t}[$j][1]) - $at;
}

# Notes for each token of which function it is ('-': of none), and the function's type.
sub functions {
    my ($s) = @_;
    my ($t, $depth, $func, $from) = ($s->{t}, 0, '-', 0);

    for my $i (0 .. $#$t) {
        my $x = $t->[$i][1];
        if ($depth == 0 && $x eq '{' && $t->[ $i - 1 ][1] eq ')') {
            my $name = $s->{partner}{ $i - 1 } - 1;
            $func = $t->[$name][1];
            $s->{type}{$func} = join ' ', map { $_->[1] } @$t[ $from .. $name - 1 ];
        }
        $depth++ if $x eq '{';
        $s->{func}[$i] = $func;
        $depth-- if $x eq '}';
        ($func, $from) = ('-', $i + 1) if $depth == 0 && $x =~ /^[};]$/;
    }
}

# Whether tokens i to j compare something, arguments of calls aside.
sub compares {
    my ($s, $i, $j) = @_;

    for (my $k = $i ; $k <= $j ; $k++) {
        return 1 if $s->{t}[$k][1] =~ $COMPARES;
        $k = $s->{partner}{$k} if $k > $i && $s->{t}[$k][1] eq '(' && $s->{t}[ $k - 1 ][0] eq 'word';
    }
    return 0;
}

# The operand that begins with token i, or that ends with token j, negated if it compares nothing.
sub negate {
    my ($s, $i, $j) = @_;
    my ($t, $partner) = @$s{ 't', 'partner' };

    if (defined $i) {
        for ($j = $i ; $t->[$j][1] !~ $RIGHT_END ; $j++) {
            $j = $partner->{$j} if $t->[$j][1] =~ /^[(\[{]$/;
        }
        $j--;
    } else {
        for ($i = $j ; $t->[$i][1] !~ $LEFT_END ; $i--) {
            $i = $partner->{$i} if $t->[$i][1] =~ /^[)\]}]$/;
        }
        $i++;
    }
    return if $j < $i || compares($s, $i, $j) || $s->{negated}{$i}++;
    put($s, $i, $j, 'truth', '!(' . source($s, $i, $j) . ')');
}

sub conditions {
    my ($s, $i) = @_;
    my ($t, $x) = ($s->{t}, $s->{t}[$i][1]);

    if ($x =~ /^(?:if|while)$/) {
        negate($s, $i + 2);
    } elsif ($x eq 'for') {
        my $semicolon = $i;
        $semicolon++ until $t->[$semicolon][1] eq ';';
        negate($s, $semicolon + 1);
    } elsif ($x =~ /^(?:&&|\|\||\?)$/) {
        negate($s, undef, $i - 1);
        negate($s, $i + 1) if $x ne '?';
    }
}

sub returns {
    my ($s, $i) = @_;
    my $end = $i;
    $end++ until $s->{t}[$end][1] eq ';';
    return if --$end == $i;
    my $what = source($s, $i + 1, $end);
    my $type = $s->{type}{ $s->{func}[$i] };

    if ($type =~ /\bbool$/ && $what !~ /^(?:true|false)$/) {
        put($s, $i + 1, $end, 'verdict', "!($what)");
    } elsif ($type =~ /\bchar \*$/) {
        put($s, $i + 1, $end, $what eq 'NULL' ? ('text', '"mutant"') : ('null', 'NULL'));
    }
}

sub literal {
    my ($s, $i) = @_;
    my $t = $s->{t};
    my ($digits, $suffix) = $t->[$i][1] =~ /^(0x[0-9a-f]+|\d+)([ul]*)$/i or return;
    my $value = $digits =~ /^0x/i ? hex $digits : $digits;

    return if $t->[ $i - 1 ][1] eq '[' && $t->[ $i - 3 ][0] eq 'word';    # TYPE NAME[i]
    put($s, $i, $i, 'lit+1', '(' . ($value + 1) . "$suffix)");
    put($s, $i, $i, 'lit-1', $value == 0 ? '(-1)' : '(' . ($value - 1) . "$suffix)");
}

sub word {
    my ($s, $i) = @_;
    my ($t, $w) = ($s->{t}, $s->{t}[$i][1]);

    put($s, $i, $i, 'bool', $w eq 'true' ? 'false' : 'true') if $w =~ /^(?:true|false)$/;
    return if !$s->{codes}{$w} || $s->{func}[$i] eq '-';
    return if "$t->[$i - 1][1] $t->[$i + 1][1]" =~ /[!=]=|case/;
    put($s, $i, $i, "code-$_", $_) for @{ $s->{codes}{$w} };
}

sub operator {
    my ($s, $i) = @_;
    my ($kind, $before) = $i > 0 ? @{ $s->{t}[ $i - 1 ] } : ('op', '');
    my $binary = $before =~ /^[)\]]$/ || ($kind =~ /^(?:word|number)$/ && $before ne 'return');
    my @changes = @{ $CHANGES{ $s->{t}[$i][1] } || ($binary && $BINARY{ $s->{t}[$i][1] }) || [] };

    while (my ($op, $new) = splice @changes, 0, 2) {
        put($s, $i, $i, $op, $new);
    }
}

# Names each mutant by where it stands.
sub name {
    my ($s, $file) = @_;
    (my $bare = $s->{text}) =~ s{/\*.*?\*/|//[^\n]*}{$& =~ s/[^\n]//gr}gse;
    my @lines = split /\n/, $bare;
    my %seen;

    for my $m (@{ $s->{out} }) {
        $m->{file} = $file;
        $m->{line} = 1 + (substr($s->{text}, 0, $m->{at}) =~ tr/\n//);
        $m->{text} = $lines[ $m->{line} - 1 ] =~ s/^\s+|\s+$//gr;
        $m->{n} = ++$seen{"$m->{func}\t$m->{text}\t$m->{op}"};
        $m->{name} = "$file:$m->{line}:$m->{op}:$m->{n}";
    }
}

sub of {
    my ($file, $text, $codes) = @_;
    my @t = tokens($text);
    my $s = { text => $text, t => \@t, partner => partners(@t), codes => $codes, out => [] };

    functions($s);
    for my $i (0 .. $#t) {
        my ($kind, $x) = @{ $t[$i] };
        conditions($s, $i);
        returns($s, $i) if $x eq 'return';
        literal($s, $i) if $kind eq 'number';
        word($s, $i) if $kind eq 'word';
        operator($s, $i) if $kind eq 'op';
    }
    $s->{out} = [ sort { $a->{at} <=> $b->{at} || $a->{len} <=> $b->{len} || $a->{op} cmp $b->{op} } @{ $s->{out} } ];
    name($s, $file);
    return @{ $s->{out} };
}

# TEXT with one mutant in it.
sub apply {
    my ($text, $m) = @_;

    substr($text, $m->{at}, $m->{len}) = $m->{new};
    return $text;
}

1;
