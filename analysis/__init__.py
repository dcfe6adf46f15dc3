"""What SQL cannot say well: plain functions, frame in, frame out. No Streamlit, no files."""
