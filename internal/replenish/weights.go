package replenish

// What a policy weighs, for whoever judges orders afterwards by the same measure.

// Care is the weight of a lost sale in margins, the goodwill counted.
func (p Policy) Care() float64 { return words[p.service()].care }

// Holding is the cost of keeping goods for a day, as a share of what they cost.
func (p Policy) Holding() float64 { return p.holding() }

// Sure is the cycle service level that the policy's word stands for.
func (p Policy) Sure() float64 { return words[p.service()].sure }
