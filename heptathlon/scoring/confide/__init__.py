"""``heptathlon confide``: a model is asked about its own recorded answers; what it says is kept.

A step of its own after a run, with the run's own class of model or server. Each reply is kept at
once in a journal, so that a second call asks only what is missing; what was asked of which answer
stands in ``confided_<task>.jsonl`` beside the samples. No headline, ranking or submission rests on
it.

What is asked (``kinds``): ``p_true`` whether the answer is right, bare and behind samples of the
model's own; ``p_ik`` whether it would know, without its answer; ``said`` a percentage in words;
``agree`` how many of k samples say the same; ``judge`` a digit for the answer's quality.
"""
