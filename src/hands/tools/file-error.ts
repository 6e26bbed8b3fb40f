/** What the file system's errors mean, in words that carry no path of this machine. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'the system does not permit it',
  EPERM: 'the system does not permit it',
  EISDIR: 'it is a folder, not a file',
  ENOTDIR: 'a part of the path is a file, not a folder',
  ELOOP: 'it is a symbolic link that leads nowhere safe',
  ENAMETOOLONG: 'a name in the path is too long',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many files are open; try again',
  ENFILE: 'too many files are open; try again',
  EBUSY: 'it is in use; try again',
  EIO: 'the disk reports an error',
  ENXIO: 'it is a device or pipe, not a file',
  EEXIST: 'something is already there',
  EINVAL: 'the system cannot take such a name',
};

/** The reason in words, or undefined for what is no error of the file system. */
export function reasonOf(error: unknown): string | undefined {
  const code = codeOf(error);
  if (code === undefined) return undefined;
  return REASONS[code] ?? `the system says ${code}`;
}

export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return error instanceof Error && typeof code === 'string' && /^E[A-Z0-9]+$/.test(code)
    ? code
    : undefined;
}
