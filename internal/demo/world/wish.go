package world

// unstocked is what customers ask for and the shop has never had, the oftener
// asked the further in front.
var unstocked = []string{
	"无糖酸奶", "泰国榴莲", "鲜虾", "全麦面包", "猫粮", "活鲫鱼", "车厘子", "低盐酱油", "手机充电线", "鲜百合",
	"儿童牙膏", "五花肉", "羊肉卷", "椰青", "牛油果", "荞麦面条", "无糖饼干", "婴儿湿巾", "燕麦奶", "新鲜竹荪",
	"蓝莓", "藜麦", "黑糖话梅", "螺旋藻", "气泡水", "冻干咖啡", "雨伞", "创可贴", "老面馒头", "桃胶",
}

// planWishes has people ask for what is not in the assortment.
func (s *sim) planWishes() {
	dice := roll(s.w.Seed, streamWish, s.d, 0)
	for range dice.poisson(1.7) {
		text := unstocked[int(float64(len(unstocked))*dice.r.Float64()*dice.r.Float64())]
		s.at(minuteOf(dice, &allDay), func(m int) {
			s.emit(&Wish{Head: s.head(m), Product: -1, Text: text})
		})
	}
}
