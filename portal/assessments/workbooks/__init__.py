"""An assessment as a workbook that is filled in away from the portal: written, read again, and compared. No database."""
