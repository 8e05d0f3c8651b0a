/** Reasons of locks in the archive and of its daily comparison; `{name}` is a parameter. */
export const locksEn = {
  'no-copy-row': 'no copy of {item} in {place}',
  'lock-would-fall': 'the lock of {item} in {place} would end earlier than it was told before',
  'no-finding': 'nothing open was found there: {key}',
  'object-hidden':
    'a delete marker lies over it: whoever asks without a version is told that there is nothing. The version on record is still read: {key}',
  'object-overwritten': 'another version lies over it, which this station did not put there. The version on record is still read: {key}',
  'object-gone': 'the archive does not have it any more: {key}',
  'object-foreign': 'this station did not put it there: {key}',
  'object-flood': 'more objects and versions lie there than a recording can have: {key}',
  'upload-foreign': 'an upload in parts is open that this station did not begin: {key}',
  'bucket-changed-versioning': 'versioning of the bucket was changed',
  'bucket-changed-lock': 'the lock rule of the bucket was changed',
  'bucket-changed-lifecycle': 'the lifecycle rules of the bucket were changed',
  'bucket-changed-policy': 'the policy of the bucket was changed',
  'bucket-changed-owner': 'the bucket belongs to somebody else',
  'comparison-cut': 'the comparison was cut short; the next one goes on',
  'locks-told': '{originals} {originals:original|originals} in the archive, {unlocked} without a lock',
  'findings-open': '{count} {count:thing|things} wrong in the archive',
  'mend-archive-locks':
    'Run `evidock archive show` and `evidock archive findings`, and look at docs/operations.md, "What the bucket must be".',
  'lock-missing': 'it is not locked as it has to be: {why}',
  'directory-cannot-lock':
    'a directory locks nothing and keeps no versions: whoever may write there can delete and overwrite originals, which only the next comparison finds',
  'nothing-locked': 'nothing can be locked there: {key}',
  'lock-date': 'a lock until {at} is not asked for: it has to lie ahead, and no more than 10 years: {key}',
  'lock-mode-differs': 'locked in mode {found}, and this station locks in mode {mode}: {key}',
  'lock-date-differs': 'locked until {found} instead of {at}: {key}',
  'list-disordered':
    'the storage does not list objects in the order of their keys ({key} after {before}), so it cannot be compared with the ledger',
  'lock-without-version': 'its version is not known yet: {key}',
  'lifecycle-expires': 'a lifecycle rule of the bucket deletes objects or their earlier versions by itself; such a bucket is no archive',
  'default-mode-differs':
    'the bucket locks new objects in mode {found} by itself, and archive.s3.lockMode says {mode}; one of them has to change before anything is archived',
  'versions-suspended': 'the bucket keeps no more versions (suspended): what is overwritten from now on is lost',
  'without-versions':
    'the bucket keeps no versions: whoever has the key of this station can overwrite an original. Switch versioning on, or accept it: archive.s3.unlocked: accepted-without-versions',
  'without-lock':
    'the bucket has no object lock: whoever has the key of this station can delete originals for good. Use a bucket with object lock, or accept it: archive.s3.unlocked: accepted-without-lock',
  'lock-mode-unset':
    'the bucket can lock and nobody has said how: set archive.s3.lockMode to GOVERNANCE or COMPLIANCE. It cannot be changed later',
  'lock-does-not-hold':
    'the bucket says that it locks, and a probe object could be deleted or its lock shortened. Repair it, or accept it: archive.s3.unlocked: accepted-without-lock',
  'lock-days-few': 'no date further ahead than {days} {days:day|days} came back as it was set',
  'storage-clock-off':
    'the clock of the storage differs by {seconds} s from that of the station: no date of a lock can be trusted until one is set right',
  'lock-modes-differ': 'copies are locked in mode {found} already, and the station is to lock in mode {mode}: a mode is fixed once',
  'bucket-not-asked': 'the bucket was not asked yet: the archive was away',
  'promises-versions': 'each version stays: an original that somebody overwrites or hides is still read and verified, by its version',
  'promises-compliance':
    'nobody deletes a locked original before its date, not even the owner of the bucket; dates hold up to {days} {days:day|days} ahead',
  'promises-governance':
    'nobody deletes a locked original before its date but who has the right to bypass locks; dates hold up to {days} {days:day|days} ahead',
  'promises-hold': 'an original under legal hold is not deleted by anybody until the hold is taken away',
  'cannot-versions': 'it keeps no versions: an overwritten original is gone, and a comparison only tells so afterwards',
  'cannot-lock': 'it locks nothing: whoever has the key of this station can delete originals, and a comparison only tells so afterwards',
  'cannot-hold': 'it knows no legal hold: holds stand in the ledger of the station alone',
  'cannot-multipart': 'an object that was sent in parts could not be locked after it was complete',
  'cannot-further': 'no date further ahead than {days} {days:day|days}: longer terms are kept by dates that move on',
  'cannot-own-key-bypasses': 'the key of this station may bypass the locks itself: whoever steals it can delete originals',
  'cannot-own-key-owns':
    'the key of this station owns the bucket or may change its policy: whoever steals it can give itself the right to bypass locks',
  'cannot-tell-owner': 'nobody could be asked who owns the bucket',
  'cannot-tell-lifecycle': 'the key of this station may not read the lifecycle rules: whether objects expire is not known',
} as const;
