// What the package manifest knows of the build.
#ifndef CBUILDINFO_H
#define CBUILDINFO_H

// The commit that was built, short, with a + when files were changed since; "unknown" outside of a repository.
const char *cb_commit(void);

#endif
