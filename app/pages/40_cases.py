"""Which incidents are behind a figure?"""
import streamlit as st
from app.i18n import t
st.title("x")
