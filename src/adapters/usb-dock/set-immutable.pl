# Sets or takes the immutable attribute of files below one directory. Run by the mount helper as the station's own user with the one capability
# CAP_LINUX_IMMUTABLE: the kernel itself then refuses every file of another owner.
# arguments: set|clear|look DIRECTORY KEY…
# prints: yes|none|forbidden, then a line for each key: changed|was|gone|refused
use strict;
use warnings;
use Errno qw(ENOENT ENOTDIR ENOTTY EOPNOTSUPP EPERM EINVAL ENOSYS);
use Fcntl qw(O_RDONLY O_DIRECTORY O_NOFOLLOW O_NONBLOCK S_ISREG);

# linux/fs.h, on machines of 64 bits: FS_IOC_GETFLAGS, FS_IOC_SETFLAGS, FS_IMMUTABLE_FL; linux/capability.h: CAP_LINUX_IMMUTABLE.
use constant { GET => 0x80086601, SET => 0x40086602, IMMUTABLE => 0x10, CAPABILITY => 9 };

my ($want, $root, @keys) = @ARGV;

sub flags_of {
  my ($file) = @_;
  # The kernel writes an int where its number says a long.
  my $flags = pack('Q', 0);
  return defined ioctl($file, GET, $flags) ? unpack('L', $flags) : undef;
}

sub may_set {
  open(my $status, '<', '/proc/self/status') or return 0;
  while (<$status>) { return (hex($1) >> CAPABILITY) & 1 if /^CapEff:\s*([0-9a-f]+)/ }
  return 0;
}

sub change {
  my ($top, $key) = @_;
  return 'refused' if $key !~ m{^[0-9a-z][0-9a-z._-]*(?:/[0-9a-z][0-9a-z._-]*)*$};
  my @parents = split m{/}, $key;
  my $name = pop @parents;
  # Each step is opened without following a link, and the next begins in what was opened.
  chdir($top) or die "chdir: $!\n";
  for my $parent (@parents) {
    if (!sysopen(my $directory, $parent, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)) {
      return $! == ENOENT ? 'gone' : 'refused';
    } else {
      chdir($directory) or die "chdir: $!\n";
    }
  }
  sysopen(my $file, $name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK) or return $! == ENOENT ? 'gone' : 'refused';
  my @facts = stat($file);
  return 'refused' if !@facts || !S_ISREG($facts[2]) || $facts[4] != $>;
  my $flags = flags_of($file);
  die "FS_IOC_GETFLAGS: $!\n" if !defined $flags;
  my $wanted = $want eq 'set' ? $flags | IMMUTABLE : $flags & ~IMMUTABLE;
  return 'was' if $wanted == $flags;
  my $new = pack('Q', $wanted);
  defined ioctl($file, SET, $new) or die "FS_IOC_SETFLAGS: $!\n";
  return 'changed';
}

sysopen(my $top, $root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW) or die "the vault cannot be opened: $!\n";
if (!defined flags_of($top)) {
  die "FS_IOC_GETFLAGS: $!\n" unless grep { $! == $_ } ENOTTY, EOPNOTSUPP, EINVAL, ENOSYS;
  print "none\n";
} elsif (!may_set()) {
  print "forbidden\n";
} else {
  # One line for each key is printed in the end, so that a failure in between answers nothing.
  my @outcomes = map { change($top, $_) } @keys;
  print join("\n", 'yes', @outcomes), "\n";
}
