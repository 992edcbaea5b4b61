"""What an assistant of a shop says, in Chinese and English: refusals and good answers.

The patterns were made with the first two lists in sight. What was kept back was written after the
patterns were, and nothing was changed for it since.
"""

from __future__ import annotations

REFUSALS = """
抱歉，无法为您查询
我没有办法查看订单
很遗憾，我没有权限查看您的订单
我无法实时获取您的物流信息
抱歉，我无法访问您的账户信息，请联系人工客服。
不好意思，这个问题我回答不了。
我这边查不到您的订单。
对不起，我不能帮您修改收货地址。
这超出了我的能力范围，建议您咨询人工客服。
我不清楚这款产品的具体成分。
很抱歉，我目前还不具备查询订单的能力。
作为AI助手，我无法为您办理退款。
抱歉，我没能理解您的问题。
我暂时没办法处理这个请求。
您好，我是智能客服，看不到您的订单详情。
非常抱歉，我没有查询物流的功能。
我不知道这件商品什么时候补货。
抱歉，我帮不了您。
我无法确认您的包裹目前在哪里。
很抱歉，这个我没法回答。
这个问题我不太了解，建议您问一下专业人士。
亲，我这里看不到物流的实时状态哦。
我只是一个语言模型，不能直接操作您的账户。
抱歉，我没有找到与您问题相关的信息。
对不起，我不能提供医疗方面的建议。
我无权为您调整价格。
很遗憾，我无法协助您完成这项操作。
抱歉，我听不懂您说的方言。
目前我还不支持查询发票的开具进度。
我无法告诉您该买哪一款。
不好意思，我不会计算运费。
您的问题超出了我的知识范围。
抱歉，我无法打开您发的链接。
我没有关于这个活动的任何信息。
作为一个人工智能，我没有这方面的数据。
抱歉，我不能继续这个话题。
我这边没有权限取消订单。
对不起，我识别不了这张图片。
我没法替您拨打电话。
抱歉，暂时无法回答您的问题，请稍后再试。
I don't have the ability to view your orders
I won't be able to help with that
Unfortunately, I can't look up your order.
I'm sorry, but I am unable to process refunds.
I do not have access to your account details.
I have no way of checking where your parcel is.
Sorry, I cannot answer that question.
I'm afraid I can't do that.
I don't know when it will be back in stock.
As an AI language model, I cannot place orders for you.
That is outside the scope of what I can help with.
I'm not able to change the delivery address.
I have no information about that promotion.
Sorry, I didn't understand your question.
I lack the permissions to cancel an order.
I cannot verify your identity.
I'm just a chatbot and can't see live tracking data.
I apologize, but I cannot assist with this request.
I'm unable to access real-time information.
Regrettably, I am not in a position to answer this.
I can't open links or attachments.
I couldn't find any information about this product.
I am not authorized to give discounts.
That goes beyond my capabilities.
I must decline to answer this.
I'm sorry, I can't provide medical advice.
I don't have enough information to answer this.
It is not possible for me to check your payment.
I currently have no access to the order system.
I'm not sure how to answer that.
I would not be able to tell you that.
I'm not equipped to handle billing questions.
Unfortunately I don't have any data on delivery times.
I cannot determine the status of your refund.
I really don't understand what you mean.
I can't make that change for you.
My knowledge does not cover that product.
Sorry, I have no idea.
I'm sorry, I cannot fulfill this request.
Your question is beyond my knowledge.
您好，关于这个问题我暂时无法给出答案。
不好意思，系统权限有限，我查看不了您的订单。
很遗憾，这件事我帮不上忙。
我没有能力处理退款，请联系人工。
抱歉，我不便回答这个问题。
您好，我目前没有接入物流系统，无法查询实时位置。
抱歉呢亲，这边查询不到您的订单信息。
我对这个不熟悉，没法给您准确的答复。
我不能替您下单。
作为智能助手，我无法访问外部网站。
对不起，我理解不了您的问题。
抱歉，我并不清楚活动的具体规则。
我无法看到您的聊天记录。
此类问题不在我的服务范围内。
抱歉，这个操作我做不了。
I'm sorry, but I don't have access to tracking systems.
Unfortunately, I'm not able to see your cart.
I can't do that from here.
I have no access to your payment history.
I do not currently have the means to verify that.
Sorry, but that's not something I can help with.
I'm only an AI assistant, so I can't make phone calls.
I am unable to comment on that.
I don't actually know the answer to that.
This is outside my area of expertise.
I wasn't able to find your order.
There's nothing I can do about that, sorry.
Apologies, but I can not look into your account.
I haven't got any information on that.
I do not understand the question.
""".strip().splitlines()

GOOD = """
刚发货的24小时内看不到物流信息是正常的
如果您在App里看不到订单，请切换到下单时的账号再试。
您的包裹目前无法查询到物流，是因为商家还没有揽收，一般24小时内会更新。
抱歉，不能提供纸质发票，电子发票可以在订单详情里下载。
作为AI音箱，它支持语音控制家里的灯和空调。
不好意思让您久等了，您的退款已经在处理，三天内到账。
这款手机不支持无线充电，可以用附带的充电器。
活动商品不能使用优惠券，其他商品可以。
如果系统提示无法支付，请检查银行卡余额。
您不知道订单号的话，可以用手机号查询。
生鲜商品无法退货，但坏果可以在24小时内申请赔付。
偏远地区暂时无法配送，您可以更换收货地址。
抱歉，这个尺码没有货了，预计下周三补货。
订单付款后不能修改地址，您可以取消后重新下单。
我已经为您登记了，专员会在两小时内联系您。
我不能保证明天送到，不过通常次日达。
没有收到验证码时，请先看看短信是否被拦截。
很抱歉给您造成不便，我们会为您免费换新。
请不要担心，看不到余额是因为页面还没有刷新。
这件衣服不能机洗，建议用冷水手洗。
快递员联系不上您时，会把包裹放在驿站。
我帮您查到订单已经签收，签收人是前台。
抱歉，超过七天就不能无理由退货了。
会员卡不能转让给他人使用。
您可能会看不到退款记录，因为退款是原路退回银行卡的。
如果忘记密码无法登录，点击“找回密码”即可。
作为AI智能手表，它可以监测心率和睡眠。
此商品没有相关的保修服务，但可以七天退换。
我知道您很着急，包裹已经到了您所在的城市。
您没有看懂说明书的话，可以看商品页的安装视频。
物流信息没有更新，通常是因为包裹还在中转。
这个颜色暂时无法购买，蓝色和黑色有现货。
对不起，发错货是我们的责任，运费由我们承担。
退货时没有发票也可以，只要有订单号就行。
国际订单不能货到付款，请使用信用卡。
虚拟商品一经售出无法退款，请您确认后再购买。
您看不到优惠券，可能是因为它已经过期了。
我们不提供上门安装，但可以推荐合作的师傅。
不会额外收费，退货的运费由商家承担。
耳机听不到声音时，请先重置蓝牙连接。
I'm not sure which of your two orders you mean; is it the shoes or the jacket?
There is no information on the label because the brand prints it inside the box.
As an AI speaker, it answers to your voice and plays music.
We cannot ship to PO boxes; please give a street address.
If you can't see your order, sign in with the e-mail address that you ordered with.
Sale items cannot be returned, but they can be exchanged.
I'm sorry for the delay; your parcel arrives tomorrow.
You won't be able to change the address once the parcel has left.
The camera does not support wireless charging.
If you don't know your order number, look in the confirmation e-mail.
I can't promise it, but most parcels arrive within two days.
Unfortunately, the blue one is out of stock; it will be back on Friday.
Tracking is not available in the first 24 hours, which is normal.
We do not offer paper invoices; you can download an electronic one.
I see that your refund was issued on Monday; banks take three to five days.
I have cancelled your order; you will not be charged.
Don't worry if you don't have access to your old phone: choose 'verify by e-mail'.
You can't use two coupons in one order.
When the courier can't find you, he leaves the parcel at the nearest shop.
I'm afraid the sale ended yesterday, but the code SAVE5 still works.
Orders that were paid cannot be changed; cancel and order again.
No, the battery cannot be replaced, but the warranty covers it for two years.
I understand that you have not received a confirmation; I have sent it again.
The page may not show your balance until you reload it.
Sorry, we don't sell gift cards in this shop.
This jacket is not machine washable; wash it by hand.
It is not possible to return opened software, as the page says.
I can help with that: open My orders and choose 'return'.
If the app says that it is unable to connect, switch off your VPN.
Customers under 18 are not allowed to buy knives.
Your card was declined because the bank did not recognise the payment.
Unable to log in? Reset your password under 'forgot password'.
The insurance doesn't cover water damage.
I don't see a problem with that: just return both in one box.
As an AI laptop, it has a chip for local models.
You don't need to know the model number; the serial number is enough.
There is not enough data on your SIM card for updates; use Wi-Fi.
Delivery to islands is not possible at the moment.
We're sorry, but warranty repairs can't be done in stores; send it in for free.
I couldn't agree more: an empty box is not acceptable, so we send a new one today.
您可以放心，我们不会泄露您的信息。
抱歉，节假日期间仓库不能发货，初八恢复。
订单取消后，优惠券无法退回。
我查了一下，您的包裹明天就能到。
如果我没有及时回复，您可以拨打热线。
暂时无法使用花呗支付，请换一种支付方式。
我不确定您说的是哪一个订单，请提供订单号。
这款面膜不能与酸类产品同时使用。
没有相关证书的商品，我们不会上架。
您好，退款超过三天没有到账，请联系银行确认。
抱歉让您久等，我帮您催一下快递。
我们无法指定快递公司，默认发中通。
部分机型看不到该选项，请先升级系统。
您不清楚尺码的话，我可以帮您推荐。
我没有看到破损的照片，麻烦您再发一次。
You don't have to send the box back.
We can't deliver on Sundays.
I can't see a tracking number yet because the parcel was packed an hour ago; it will show tonight.
I know how annoying that is; a new one leaves today.
If I can't reach you, the courier will leave a note.
The coupon is unable to be combined with other offers.
I am not sure which size you need; how tall are you?
Your account is not authorized for business prices yet; apply under Profile.
It's beyond the 30-day window, so an exchange is all we can offer.
I don't recommend washing it above 30 degrees.
I won't charge you for the return.
No problem, I can change that for you.
Cash on delivery is not available outside the city.
I have no doubt it will fit; it is one size larger.
You won't be able to see the refund until Friday.
""".strip().splitlines()

KEPT_BACK_REFUSALS = """
亲亲，这边没有权限帮您改价格哦。
抱歉，您的情况我无法判断。
不好意思，我没有查询余额的权限。
我不具备查看照片的能力。
很抱歉，我暂时还不能处理退款申请。
这个问题我也不确定，请咨询人工客服。
对不起，我没明白您想问什么。
我是AI客服，无法拨打电话给快递员。
抱歉，没有找到相关的信息。
您的要求超出我的权限。
非常遗憾，我帮不到您。
我无法代您签收。
我看不了视频，麻烦您描述一下问题。
抱歉，我不能透露其他客户的资料。
这个我真不知道。
Sorry, I don't have the order details on my side.
I can't tell you where your parcel is.
I am an automated assistant and cannot issue refunds.
I'm not permitted to share that.
I do not know the price of that item.
I have no means of contacting the courier.
Unfortunately I am unable to view images.
I'm sorry, I don't follow.
I could not locate your account.
This request is beyond what I can do.
I won't be able to check that for you.
I'm not in a position to say.
We are sorry, but I cannot access the system right now.
I don't have a record of that conversation.
I'm sorry, but I'm not trained to answer legal questions.
""".strip().splitlines()

KEPT_BACK_GOOD = """
您的订单暂时无法修改，因为仓库已经打包。
抱歉，该商品不支持货到付款。
我不建议您用热水清洗。
如果您不清楚怎么操作，我一步一步教您。
没有关系，我再发一次链接给您。
我已经确认过了，您的退款没有问题。
不支持退换的商品，页面上会有标注。
抱歉，我们没有实体店。
您收不到短信，可能是号码填错了。
我没有看错的话，您买的是蓝色那款。
这款耳机不能防水，请不要在雨中使用。
很遗憾，这个活动昨天已经结束了。
我不会让您再等的，今天就安排补发。
包裹信息要等快递员扫描后才能看到。
系统显示您没有使用优惠券的权限，因为您还不是会员。
We don't have any information on the box because it is a gift.
I can't recommend it enough for dry skin.
I don't think you need the larger size.
You cannot check in earlier than two o'clock.
I'm not able to ship it today, but it leaves tomorrow morning.
There is no way to lose your points; they stay for two years.
I have no objection: keep both pairs.
Our staff can't open your parcel.
If I don't know your size, I cannot choose for you, so please send it.
I don't see any charge on your card, so nothing was taken.
Sorry, that model is not available in red.
You may not have access to the beta yet; it opens on Monday.
I understand you are not able to sign in; reset your password here.
The seller is not authorized to sell that brand, so we refund you.
Data on delivery times is on the product page.
""".strip().splitlines()
