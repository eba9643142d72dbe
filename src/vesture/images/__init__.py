"""The border: bytes of strangers become safe arrays.

Law: imports core and errors only. Nothing past this folder sees an undecoded byte or an unchecked address.
"""
