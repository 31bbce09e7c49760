"""`asbuilt watch`: looks at the apps of an estate every few minutes, and what becomes of each look.

beginning     what a watch needs, made ready before its first look
loop          look after look, at its times, until it is told to end
looking       one look: observed, judged apart, kept, told
judge         the checks marked `watch`, over what a look saw
days          one directory a day, and the one that a watch goes on with
day_read      such a directory read back, as `asbuilt alert` and the next watch do
verify_day    whether it holds
"""
