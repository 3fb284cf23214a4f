"""The steps that people and jobs take with themes, extracts and activities."""
