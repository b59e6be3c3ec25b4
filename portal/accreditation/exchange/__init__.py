"""Questions as other systems write them, read into drafts; and ours, written as others read them. Pure: nothing is stored."""
